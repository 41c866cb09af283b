/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices that certificates have changed on disk. */
#include "server/snapshot/certwatch.h"

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

#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "server/conf/conf.h"
#include "server/event/loop.h"

#define EVENTS                                                                  \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
	    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
#define LINKS_MAX 40 /* as many as the kernel follows */

/* A name in a watched folder. */
struct minded {
	int folder; /* its watch descriptor */
	char *name; /* of one entry; NULL: all entries */
};

struct certwatch {
	struct loop *loop;
	void (*changed)(void *context);
	void *context;
	const struct conf *conf;
	struct stringlist files;
	struct minded *minded;
	size_t count; /* of `minded` */
	struct stringlist unwatched; /* folders that were logged as unwatched */
	unsigned long long state; /* of the files when they were last loaded or tried */
	int fd; /* -1: nothing is watched */
	struct watch watch;
	bool stirred; /* an event has come */
	struct deadline quiet, patience;
};

static void
mix_into_state(unsigned long long *state, unsigned long long value)
{
	*state = (*state ^ value) * 1099511628211ULL; /* FNV-1a, by words */
}

static unsigned long long
compute_state(const struct stringlist *files)
{
	unsigned long long state = 14695981039346656037ULL;

	for (size_t i = 0; i < files->count; i++) {
		struct stat st = { 0 };
		if (stat(files->items[i], &st) < 0)
			mix_into_state(&state, (unsigned long long)errno);
		mix_into_state(&state, st.st_dev);
		mix_into_state(&state, st.st_ino);
		mix_into_state(&state, (unsigned long long)st.st_size);
		mix_into_state(&state, (unsigned long long)st.st_mtim.tv_sec);
		mix_into_state(&state, (unsigned long long)st.st_mtim.tv_nsec);
		mix_into_state(&state, (unsigned long long)st.st_ctim.tv_nsec);
	}
	return state;
}

unsigned long long
certwatch_state(const struct conf *conf)
{
	struct stringlist files = { 0 };

	if (!conf->process.watch)
		return 0;
	conf_watched_files(conf, &files);
	unsigned long long state = compute_state(&files);
	stringlist_fini(&files);
	return state;
}

static bool
is_minded(const struct certwatch *certwatch, int folder, const char *name)
{
	for (size_t i = 0; i < certwatch->count; i++) {
		const struct minded *minded = &certwatch->minded[i];
		if (minded->folder == folder &&
		    (minded->name == NULL || strcmp(minded->name, name) == 0))
			return true;
	}
	return false;
}

/* Watches for events about one entry of a folder, or about all. Owns `name`. */
static void
add_minded(struct certwatch *certwatch, int folder, char *name)
{
	certwatch->minded = memory_resize(
	    certwatch->minded, (certwatch->count + 1) * sizeof *certwatch->minded);
	certwatch->minded[certwatch->count++] =
	    (struct minded){ .folder = folder, .name = name };
}

/* Warns once for each folder until the next configuration. */
static void
warn_of_unwatched(struct certwatch *certwatch, const char *folder)
{
	if (errno == ENOENT || errno == ENOTDIR ||
	    stringlist_has(&certwatch->unwatched, folder))
		return;
	log_warning("watch: %s: %s: changes there go unnoticed%s", folder,
	    strerrordesc_np(errno),
	    errno == ENOSPC ? ": raise fs.inotify.max_user_watches" : "");
	stringlist_add(&certwatch->unwatched, folder, strlen(folder));
}

/* Watches one entry of the folder that the first `length` bytes of `path` name. */
static void
watch_entry(
    struct certwatch *certwatch, const char *path, size_t length, size_t name_length)
{
	char *folder = memory_format("%.*s", (int)length, path);
	char *name = memory_format("%.*s", (int)name_length, path + length);
	int id = inotify_add_watch(certwatch->fd, folder, EVENTS | IN_ONLYDIR);

	if (id < 0)
		warn_of_unwatched(certwatch, folder);
	if (id < 0 || is_minded(certwatch, id, name))
		free(name);
	else
		add_minded(certwatch, id, name);
	free(folder);
}

/* Watches all entries of `path` if it is a folder. */
static void
watch_folder(struct certwatch *certwatch, const char *path)
{
	int id = inotify_add_watch(certwatch->fd, path, EVENTS | IN_ONLYDIR);

	if (id >= 0)
		add_minded(certwatch, id, NULL);
}

/* Returns `path` with the symbolic link that ends at `end` replaced by its target. */
static char *
replace_link_by_target(const char *path, size_t end, const char *target)
{
	const char *rest = path + end;
	size_t folder = end;

	if (target[0] == '/')
		return memory_format("%s%s", target, rest);
	while (folder > 0 && path[folder - 1] != '/')
		folder--;
	return memory_format("%.*s%s%s", (int)folder, path, target, rest);
}

/*
 * Returns the absolute `path` with its first symbolic link resolved, after watching every entry
 * up to that link. The caller frees it. Returns NULL without a link; then the entries are watched
 * as far as they exist.
 */
static char *
follow_link(struct certwatch *certwatch, const char *path)
{
	char target[PATH_MAX];
	size_t start = strspn(path, "/"), end;

	for (; path[start] != '\0'; start = end + strspn(path + end, "/")) {
		end = start + strcspn(path + start, "/");
		/* Watch first, so that a change from here on is an event. */
		watch_entry(certwatch, path, start, end - start);
		char *entry = memory_format("%.*s", (int)end, path);
		ssize_t n = readlink(entry, target, sizeof target - 1);
		int error = errno;
		free(entry);
		if (n > 0) {
			target[n] = '\0';
			return replace_link_by_target(path, end, target);
		}
		if (error == ENOENT)
			return NULL;
	}
	watch_folder(certwatch, path);
	return NULL;
}

static void
watch_path(struct certwatch *certwatch, const char *path)
{
	char *at = memory_copy(path);

	for (int links = 0; at != NULL && links < LINKS_MAX; links++) {
		char *next = follow_link(certwatch, at);
		free(at);
		at = next;
	}
	free(at);
}

static void
note_event(struct certwatch *certwatch)
{
	if (!certwatch->stirred)
		certwatch->patience = deadline_in(CERTWATCH_PATIENCE_MS);
	certwatch->stirred = true;
	certwatch->quiet = deadline_in(CERTWATCH_QUIET_MS);
}

/* True if the event is about a watched entry, or about a folder itself. */
static bool
is_relevant(const struct certwatch *certwatch, const struct inotify_event *event)
{
	return event->len == 0 || is_minded(certwatch, event->wd, event->name);
}

static void
on_events(struct watch *watch, uint32_t events)
{
	struct certwatch *certwatch = watch->holder;
	_Alignas(struct inotify_event) char buffer[4096];
	bool any = false;
	ssize_t size;

	(void)events;
	/* The kind of event does not matter, because the files are checked. */
	while ((size = read(certwatch->fd, buffer, sizeof buffer)) > 0) {
		const struct inotify_event *event;
		for (ssize_t at = 0; at < size;
		     at += (ssize_t)(sizeof *event + event->len)) {
			event = (const struct inotify_event *)(buffer + at);
			any = any || is_relevant(certwatch, event);
		}
	}
	if (any)
		note_event(certwatch);
}

static void
stop_watching_files(struct certwatch *certwatch)
{
	if (certwatch->fd < 0)
		return;
	loop_remove(certwatch->loop, certwatch->fd, &certwatch->watch);
	close(certwatch->fd);
	certwatch->fd = -1;
	for (size_t i = 0; i < certwatch->count; i++)
		free(certwatch->minded[i].name);
	free(certwatch->minded);
	certwatch->minded = NULL;
	certwatch->count = 0;
}

/* Starts afresh each time, because links and folders may have changed. */
static void
watch_all(struct certwatch *certwatch)
{
	stop_watching_files(certwatch);
	certwatch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (certwatch->fd < 0 ||
	    loop_add(certwatch->loop, certwatch->fd, EPOLLIN, &certwatch->watch) < 0) {
		log_warning("watch: %m: changed certificates go unnoticed: reload "
			    "after each change");
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
	stop_watching_files(certwatch);
	stringlist_fini(&certwatch->files);
	stringlist_fini(&certwatch->unwatched);
	free(certwatch);
}

void
certwatch_use(
    struct certwatch *certwatch, const struct conf *conf, unsigned long long state)
{
	stop_watching_files(certwatch);
	stringlist_fini(&certwatch->files);
	stringlist_fini(&certwatch->unwatched);
	certwatch->stirred = false;
	if (!conf->process.watch)
		return;
	certwatch->conf = conf;
	conf_watched_files(conf, &certwatch->files);
	certwatch->state = state;
	watch_all(certwatch);
	note_event(certwatch);
}

static void
check_for_changes(struct certwatch *certwatch)
{
	certwatch->stirred = false;
	/* Folders may have other entries by now. */
	stringlist_fini(&certwatch->files);
	conf_watched_files(certwatch->conf, &certwatch->files);
	/* Watch first, so that a change from here on stirs again. */
	watch_all(certwatch);
	unsigned long long state = compute_state(&certwatch->files);
	if (state == certwatch->state) {
		log_debug(
		    "watch: %zu files: nothing has changed", certwatch->files.count);
		return;
	}
	certwatch->state = state;
	log_notice("watch: certificates have changed: reloading");
	certwatch->changed(certwatch->context);
}

struct deadline
certwatch_expire(struct certwatch *certwatch)
{
	struct deadline due = deadline_earlier(certwatch->quiet, certwatch->patience);

	if (certwatch->stirred && deadline_passed(due))
		check_for_changes(certwatch);
	if (!certwatch->stirred)
		return deadline_never();
	return deadline_earlier(certwatch->quiet, certwatch->patience);
}
