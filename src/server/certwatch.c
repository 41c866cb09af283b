/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices that certificates have changed on disk. */
#include "server/certwatch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/stringlist.h"
#include "server/conf.h"
#include "server/loop.h"

#define EVENTS                                                                  \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
	    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define LINKS_MAX 16 /* of one path; more is a loop */

struct certwatch {
	struct loop *loop;
	void (*changed)(void *context);
	void *context;
	const struct conf *conf;
	struct stringlist files;
	unsigned long long state; /* of the files when they were last loaded or tried */
	int fd; /* -1: nothing is watched */
	struct watch watch;
	bool stirred; /* something happened in a folder */
	struct deadline quiet, patience;
};

static void
mix(unsigned long long *state, unsigned long long value)
{
	*state = (*state ^ value) * 1099511628211ULL; /* FNV-1a, by words */
}

static unsigned long long
state_of(const struct stringlist *files)
{
	unsigned long long state = 14695981039346656037ULL;

	for (size_t i = 0; i < files->count; i++) {
		struct stat st = { 0 };
		if (stat(files->items[i], &st) < 0)
			mix(&state, (unsigned long long)errno);
		mix(&state, st.st_dev);
		mix(&state, st.st_ino);
		mix(&state, (unsigned long long)st.st_size);
		mix(&state, (unsigned long long)st.st_mtim.tv_sec);
		mix(&state, (unsigned long long)st.st_mtim.tv_nsec);
		mix(&state, (unsigned long long)st.st_ctim.tv_nsec);
	}
	return state;
}

unsigned long long
certwatch_state(const struct conf *conf)
{
	struct stringlist files = { 0 };

	conf_watched_files(conf, &files);
	unsigned long long state = state_of(&files);
	stringlist_fini(&files);
	return state;
}

/* Watches the folder that the entry `path` stands in or, while that is not there, the
 * nearest above it. */
static void
watch_folder_of(const struct certwatch *certwatch, const char *path)
{
	char *folder = memory_copy(path);
	char *slash;

	while ((slash = strrchr(folder, '/')) != NULL && slash > folder) {
		*slash = '\0';
		if (inotify_add_watch(certwatch->fd, folder, EVENTS) >= 0 ||
		    errno != ENOENT)
			break;
	}
	if (slash == folder)
		inotify_add_watch(certwatch->fd, "/", EVENTS);
	free(folder);
}

/* Replaces the first `length` bytes of `path`, a symbolic link, by what it says. */
static char *
resolve(const char *path, size_t length, const char *target)
{
	const char *rest = path + length;
	size_t folder = length;

	if (target[0] == '/')
		return memory_format("%s%s", target, rest);
	while (folder > 0 && path[folder - 1] != '/')
		folder--;
	return memory_format("%.*s%s%s", (int)folder, path, target, rest);
}

/* The path with its first symbolic link resolved, having watched where that stands; NULL if
 * there is none. */
static char *
follow_link(const struct certwatch *certwatch, const char *path)
{
	char target[PATH_MAX];

	for (size_t length = 1; length <= strlen(path); length++) {
		if (path[length] != '/' && path[length] != '\0')
			continue;
		char *prefix = memory_format("%.*s", (int)length, path);
		ssize_t n = readlink(prefix, target, sizeof target - 1);
		if (n > 0)
			watch_folder_of(certwatch, prefix);
		free(prefix);
		if (n > 0) {
			target[n] = '\0';
			return resolve(path, length, target);
		}
	}
	return NULL;
}

static void
watch_path(const struct certwatch *certwatch, const char *path)
{
	char *at = memory_copy(path);

	for (int links = 0; links < LINKS_MAX; links++) {
		char *next = follow_link(certwatch, at);
		if (next == NULL)
			break;
		free(at);
		at = next;
	}
	watch_folder_of(certwatch, at);
	free(at);
}

static void
stir(struct certwatch *certwatch)
{
	if (!certwatch->stirred)
		certwatch->patience = deadline_in(CERTWATCH_PATIENCE_MS);
	certwatch->stirred = true;
	certwatch->quiet = deadline_in(CERTWATCH_QUIET_MS);
}

static void
on_events(struct watch *watch, uint32_t events)
{
	struct certwatch *certwatch = watch->holder;
	char buffer[4096];
	bool any = false;

	(void)events;
	/* What they say does not matter: the files are looked at. */
	while (read(certwatch->fd, buffer, sizeof buffer) > 0)
		any = true;
	if (any)
		stir(certwatch);
}

static void
unwatch(struct certwatch *certwatch)
{
	if (certwatch->fd < 0)
		return;
	loop_remove(certwatch->loop, certwatch->fd, &certwatch->watch);
	close(certwatch->fd);
	certwatch->fd = -1;
}

/* Afresh each time, for links may lead elsewhere and folders may be others by now. */
static void
watch_all(struct certwatch *certwatch)
{
	unwatch(certwatch);
	certwatch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (certwatch->fd < 0 ||
	    loop_add(certwatch->loop, certwatch->fd, EPOLLIN, &certwatch->watch) < 0) {
		log_warning("watch: %m: changed certificates will go unnoticed");
		return;
	}
	for (size_t i = 0; i < certwatch->files.count; i++)
		watch_path(certwatch, certwatch->files.items[i]);
}

struct certwatch *
certwatch_new(struct loop *loop, void (*changed)(void *context), void *context)
{
	struct certwatch *certwatch = memory_new(sizeof *certwatch);

	*certwatch = (struct certwatch){
		.loop = loop, .changed = changed, .context = context, .fd = -1
	};
	certwatch->watch = (struct watch){ .ready = on_events, .holder = certwatch };
	return certwatch;
}

void
certwatch_free(struct certwatch *certwatch)
{
	if (certwatch == NULL)
		return;
	unwatch(certwatch);
	stringlist_fini(&certwatch->files);
	free(certwatch);
}

void
certwatch_use(
    struct certwatch *certwatch, const struct conf *conf, unsigned long long state)
{
	unwatch(certwatch);
	stringlist_fini(&certwatch->files);
	certwatch->stirred = false;
	if (!conf->process.watch)
		return;
	certwatch->conf = conf;
	conf_watched_files(conf, &certwatch->files);
	certwatch->state = state;
	watch_all(certwatch);
	stir(certwatch);
}

static void
look(struct certwatch *certwatch)
{
	certwatch->stirred = false;
	/* Folders may hold others by now. */
	stringlist_fini(&certwatch->files);
	conf_watched_files(certwatch->conf, &certwatch->files);
	/* Watching first: what changes from here on stirs again. */
	watch_all(certwatch);
	unsigned long long state = state_of(&certwatch->files);
	if (state == certwatch->state)
		return;
	certwatch->state = state;
	log_notice("watch: certificates have changed: reloading");
	certwatch->changed(certwatch->context);
}

struct deadline
certwatch_expire(struct certwatch *certwatch)
{
	struct deadline due = deadline_earlier(certwatch->quiet, certwatch->patience);

	if (certwatch->stirred && deadline_passed(due))
		look(certwatch);
	if (!certwatch->stirred)
		return deadline_never();
	return deadline_earlier(certwatch->quiet, certwatch->patience);
}
