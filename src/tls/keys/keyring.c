/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key pairs, found by their files. */
#include "tls/keys/keyring.h"

#include <pthread.h>
#include <search.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/thread/sync.h"
#include "tls/keys/keypair.h"
#include "tls/keys/token.h"

/* File times advance with the kernel's clock, 100 times a second or more often. Times in whole
 * seconds advance in steps of up to two (FAT). */
#define NS_PER_S 1000000000LL
#define FINE_STEP_NS (NS_PER_S / 10)
#define COARSE_STEP_NS (2 * NS_PER_S)

/* The certificate's file, the key's, and the one that opens the key. */
enum { FILES = 3 };

/* The attributes that change when a file is replaced or written to. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec written, changed;
};

/* A loaded pair. */
struct keyring_entry {
	char *name; /* its files */
	struct stamp stamps[FILES]; /* from before it was read */
	struct timespec loaded;
	struct keypair *pair;
	struct findings warnings;
};

struct keyring {
	const struct keyring *old; /* or NULL */
	pthread_mutex_t mutex; /* of the tree */
	void *entries; /* a tree of tsearch(3) */
};

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* A path contains no NUL. A line feed in a path only makes names differ. */
static char *
name_files(const struct keypair_files *files)
{
	return memory_format("%s\n%s\n%s\n%d%d", files->cert, or_empty(files->key),
	    or_empty(files->pin_file), files->role, files->decrypts);
}

/* A file that this user cannot read gets an empty stamp, so that it is an error at each reload. */
static struct stamp
stamp_file(const char *path)
{
	struct stat st = { 0 };

	if (path == NULL || path[0] == '\0' || access(path, R_OK) < 0 ||
	    stat(path, &st) < 0)
		return (struct stamp){ 0 };
	return (struct stamp){ .device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.written = st.st_mtim,
		.changed = st.st_ctim };
}

static void
stamp_files(const struct keypair_files *files, struct stamp stamps[FILES])
{
	stamps[0] = stamp_file(files->cert);
	stamps[1] = stamp_file(files->key);
	stamps[2] = stamp_file(files->pin_file);
}

static bool
times_equal(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
stamps_equal(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       times_equal(&a->written, &b->written) &&
	       times_equal(&a->changed, &b->changed);
}

/* Returns false if a file was written to shortly before it was read: then a later version may
 * have the same stamp. */
static bool
is_settled(const struct keyring_entry *entry)
{
	for (int i = 0; i < FILES; i++) {
		const struct timespec *changed = &entry->stamps[i].changed;
		int64_t age = (entry->loaded.tv_sec - changed->tv_sec) * NS_PER_S +
		              entry->loaded.tv_nsec - changed->tv_nsec;
		if (age <= (changed->tv_nsec == 0 ? COARSE_STEP_NS : FINE_STEP_NS))
			return false;
	}
	return true;
}

static bool
is_unchanged(const struct keyring_entry *entry, const struct stamp stamps[FILES])
{
	for (int i = 0; i < FILES; i++)
		if (!stamps_equal(&entry->stamps[i], &stamps[i]))
			return false;
	return true;
}

static bool
may_take_over(const struct keyring_entry *entry, const struct stamp stamps[FILES])
{
	return is_settled(entry) && is_unchanged(entry, stamps) &&
	       keypair_is_valid(entry->pair, entry->loaded.tv_sec) &&
	       keypair_is_valid(entry->pair, time(NULL));
}

static int
compare_names(const void *a, const void *b)
{
	const struct keyring_entry *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Returns the entry of that name in a tree, or NULL. */
static const struct keyring_entry *
find_entry(void *const *entries, char *name)
{
	const struct keyring_entry wanted = { .name = name };
	void *const *found = tfind(&wanted, entries, compare_names);

	return found != NULL ? *found : NULL;
}

static void
free_entry(void *argument)
{
	struct keyring_entry *entry = argument;

	keypair_drop(entry->pair);
	findings_fini(&entry->warnings);
	free(entry->name);
	free(entry);
}

/* Adds a pair, unless another thread was faster. */
static void
add_entry(struct keyring *keyring, struct keyring_entry *entry)
{
	sync_lock(&keyring->mutex);
	struct keyring_entry *const *there =
	    tsearch(entry, &keyring->entries, compare_names);
	sync_unlock(&keyring->mutex);
	if (there == NULL || *there != entry)
		free_entry(entry);
}

/* Makes an entry for `pair`, which was loaded or taken over with these warnings. */
static struct keyring_entry *
make_entry(char *name, const struct stamp stamps[FILES], struct timespec loaded,
    struct keypair *pair, const struct findings *warnings)
{
	struct keyring_entry *entry = memory_new(sizeof *entry);

	entry->name = memory_copy(name);
	memcpy(entry->stamps, stamps, sizeof entry->stamps);
	entry->loaded = loaded;
	entry->pair = keypair_take(pair);
	findings_init(&entry->warnings);
	findings_copy(&entry->warnings, warnings);
	return entry;
}

static struct keypair *
load_new_pair(struct keyring *keyring, char *name, const struct keypair_files *files,
    const struct stamp stamps[FILES], struct findings *findings)
{
	struct timespec now;
	struct findings found;

	clock_gettime(CLOCK_REALTIME, &now);
	findings_init(&found);
	struct keypair *pair = keypair_load(files, &found);
	if (pair != NULL)
		add_entry(keyring, make_entry(name, stamps, now, pair, &found));
	findings_copy(findings, &found);
	findings_fini(&found);
	return pair;
}

/* Returns the pair of an entry that was found, with its warnings. */
static struct keypair *
take_pair(const struct keyring_entry *entry, struct findings *findings)
{
	findings_copy(findings, &entry->warnings);
	return keypair_take(entry->pair);
}

static struct keypair *
load_named(struct keyring *keyring, char *name, const struct keypair_files *files,
    struct findings *findings)
{
	struct stamp stamps[FILES];

	sync_lock(&keyring->mutex);
	const struct keyring_entry *own = find_entry(&keyring->entries, name);
	sync_unlock(&keyring->mutex);
	if (own != NULL)
		return take_pair(own, findings);
	stamp_files(files, stamps);
	const struct keyring_entry *old =
	    keyring->old != NULL ? find_entry(&keyring->old->entries, name) : NULL;
	if (old == NULL || !may_take_over(old, stamps))
		return load_new_pair(keyring, name, files, stamps, findings);
	add_entry(
	    keyring, make_entry(name, stamps, old->loaded, old->pair, &old->warnings));
	return take_pair(old, findings);
}

struct keypair *
keyring_load(struct keyring *keyring, const struct keypair_files *files,
    struct findings *findings)
{
	if (token_is_url(files->cert) ||
	    (files->key != NULL && token_is_url(files->key)))
		return keypair_load(files, findings);
	char *name = name_files(files);
	struct keypair *pair = load_named(keyring, name, files, findings);
	free(name);
	return pair;
}

struct keyring *
keyring_new(const struct keyring *old)
{
	struct keyring *keyring = memory_new(sizeof *keyring);

	keyring->old = old;
	sync_mutex_init(&keyring->mutex);
	return keyring;
}

void
keyring_close(struct keyring *keyring)
{
	keyring->old = NULL;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	tdestroy(keyring->entries, free_entry);
	sync_mutex_fini(&keyring->mutex);
	free(keyring);
}
