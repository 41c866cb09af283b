/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of key pairs. */
#include "tls/keys/certdir.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/readerror.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/memory/shortage.h"
#include "base/text/stringlist.h"

static bool
ends_with(const char *name, const char *end)
{
	size_t length = strlen(name);

	return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

/* The visible entries of a folder, sorted by name. */
struct listing {
	const char *folder;
	struct dirent **entries;
	int count;
};

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Returns false with errno if `folder` is not a folder or cannot be read. */
static bool
list_folder(struct listing *listing, const char *folder)
{
	listing->folder = folder;
	listing->count =
	    scandir(folder, &listing->entries, is_visible, compare_entries);
	return listing->count >= 0;
}

static void
free_listing(struct listing *listing)
{
	for (int i = 0; i < listing->count; i++)
		free(listing->entries[i]);
	free(listing->entries);
}

/* True if the listing has an entry of that name. It avoids a system call for each of thousands
 * of files. */
static bool
has_entry(const struct listing *listing, const char *name)
{
	int low = 0, high = listing->count;

	while (low < high) {
		int middle = low + (high - low) / 2;
		int order = strcmp(listing->entries[middle]->d_name, name);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
may_be_folder(const struct dirent *entry)
{
	return entry->d_type != DT_REG;
}

static void
append_path(struct stringlist *list, const char *path)
{
	stringlist_add(list, path, strlen(path));
}

static bool
file_exists(const char *folder, const char *name)
{
	char *path = memory_format("%s/%s", folder, name);
	bool found = access(path, F_OK) == 0;

	free(path);
	return found;
}

/* True if `name` is a file of certbot or dehydrated: cert.pem, or with a number or time of
 * issue. */
static bool
is_certbots(const char *name)
{
	static const char *const starts[] = { "cert", "chain", "fullchain", "privkey" };

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t length = strlen(starts[i]);
		if (strncmp(name, starts[i], length) == 0 &&
		    (name[length] == '.' || name[length] == '-'))
			return ends_with(name, ".pem");
	}
	return false;
}

/* True if `name` is NAME.pem and its pair is also in NAME.crt and NAME.key, or in the files
 * that cert-manager writes next to tls-combined.pem. */
static bool
is_repeated(const struct listing *listing, const char *name)
{
	if (!ends_with(name, ".pem"))
		return false;
	if (strcmp(name, "tls-combined.pem") == 0 && has_entry(listing, "tls.crt"))
		return true;
	const int stem = (int)(strlen(name) - strlen("pem"));
	char *cert = memory_format("%.*scrt", stem, name);
	char *key = memory_format("%.*skey", stem, name);
	bool repeated = has_entry(listing, cert) && has_entry(listing, key);
	free(cert);
	free(key);
	return repeated;
}

/* True for files that ACME clients put next to a pair: the issuer's certificates and parts of
 * the pair. */
static bool
is_left_over(const struct listing *listing, const char *name)
{
	if (is_certbots(name) && has_entry(listing, "privkey.pem") &&
	    has_entry(listing, "fullchain.pem"))
		return strcmp(name, "fullchain.pem") != 0;
	if (strcmp(name, "ca.crt") == 0)
		return !has_entry(listing, "ca.key");
	return ends_with(name, ".issuer.crt") || is_repeated(listing, name);
}

static void
add_pair(const char *folder, const char *cert, const char *key,
    struct stringlist *certs, struct stringlist *keys)
{
	stringlist_format(certs, "%s/%s", folder, cert);
	stringlist_format(keys, "%s/%s", folder, key);
}

/* Returns the name of the key that may belong to the certificate file `name`. The caller frees
 * it. */
static char *
name_key(const struct listing *listing, const char *name)
{
	if (strcmp(name, "fullchain.pem") == 0 && has_entry(listing, "privkey.pem"))
		return memory_copy("privkey.pem");
	return memory_format("%.*skey", (int)(strlen(name) - strlen("crt")), name);
}

/* Adds the file `name`, which ends in .crt or .pem. */
static void
add_file(const struct listing *listing, const char *name, struct stringlist *certs,
    struct stringlist *keys, struct findings *findings)
{
	char *key = name_key(listing, name);

	if (has_entry(listing, key)) {
		add_pair(listing->folder, name, key, certs, keys);
	} else if (ends_with(name, ".pem")) {
		stringlist_format(certs, "%s/%s", listing->folder, name);
		append_path(keys, "");
	} else {
		findings_error(findings,
		    "cert-dir: %s/%s: has no %s next to it: put it there, or move the "
		    "certificate",
		    listing->folder, name, key);
	}
	free(key);
}

/* acme.sh: NAME.cer has the certificate alone, fullchain.cer the chain. A file without a key is
 * part of another pair, or of none. */
static void
add_cer(const struct listing *listing, const char *name, struct stringlist *certs,
    struct stringlist *keys)
{
	char *key = memory_format("%.*skey", (int)(strlen(name) - strlen("cer")), name);

	if (has_entry(listing, key))
		add_pair(listing->folder,
		    has_entry(listing, "fullchain.cer") ? "fullchain.cer" : name, key,
		    certs, keys);
	free(key);
}

/* Adds the pair in a folder that an ACME client made for one certificate: certbot and similar
 * clients, a secret of cert-manager, or acme.sh, whose folder is named NAME or NAME_ecc. */
static void
add_folder(const char *path, struct stringlist *certs, struct stringlist *keys)
{
	const char *name = strrchr(path, '/') + 1;
	size_t length = strlen(name) - (ends_with(name, "_ecc") ? strlen("_ecc") : 0);
	char *key = memory_format("%.*s.key", (int)length, name);

	if (file_exists(path, "fullchain.pem"))
		add_pair(path, "fullchain.pem", "privkey.pem", certs, keys);
	else if (file_exists(path, "tls.crt"))
		add_pair(path, "tls.crt", "tls.key", certs, keys);
	else if (file_exists(path, "fullchain.cer") && file_exists(path, key))
		add_pair(path, "fullchain.cer", key, certs, keys);
	free(key);
}

/* Adds the pairs that an entry of the listing is or contains. */
static void
add_pairs_of_entry(const struct listing *listing, const struct dirent *entry,
    struct stringlist *certs, struct stringlist *keys, struct findings *findings)
{
	const char *name = entry->d_name;

	if (is_left_over(listing, name))
		return;
	if (ends_with(name, ".crt") || ends_with(name, ".pem")) {
		add_file(listing, name, certs, keys, findings);
	} else if (ends_with(name, ".cer")) {
		add_cer(listing, name, certs, keys);
	} else if (may_be_folder(entry)) {
		char *path = memory_format("%s/%s", listing->folder, name);
		add_folder(path, certs, keys);
		free(path);
	}
}

static void
report_unreadable(const char *folder, int error, struct findings *findings)
{
	shortage_note_cause(error);
	char *why = readerror_why(folder, error);
	findings_error(findings, "cert-dir: %s", why);
	free(why);
}

void
certdir_list(const char *folder, struct stringlist *certs, struct stringlist *keys,
    struct findings *findings)
{
	struct listing listing;
	size_t before = certs->count;
	size_t errors = findings->errors;

	if (!list_folder(&listing, folder)) {
		report_unreadable(folder, errno, findings);
		return;
	}
	for (int i = 0; i < listing.count; i++)
		add_pairs_of_entry(&listing, listing.entries[i], certs, keys, findings);
	free_listing(&listing);
	if (certs->count == before && findings->errors == errors)
		findings_error(findings,
		    "cert-dir: %s: contains no pair: add NAME.crt with NAME.key, "
		    "NAME.pem with its key in it, or NAME/fullchain.pem with "
		    "NAME/privkey.pem",
		    folder);
}

static void
add_watched(const char *folder, int depth, struct stringlist *paths)
{
	struct listing listing;

	if (!list_folder(&listing, folder)) {
		/* A file, or nothing. */
		append_path(paths, folder);
		return;
	}
	stringlist_format(paths, "%s/.", folder);
	for (int i = 0; i < listing.count; i++) {
		char *path = memory_format("%s/%s", folder, listing.entries[i]->d_name);
		if (depth > 0 && may_be_folder(listing.entries[i]))
			add_watched(path, depth - 1, paths);
		else
			append_path(paths, path);
		free(path);
	}
	free_listing(&listing);
}

void
certdir_watched(const char *folder, struct stringlist *paths)
{
	add_watched(folder, 1, paths);
}
