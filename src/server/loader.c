/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that makes the next snapshot. */
#include "server/loader.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/findings.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "server/loop.h"
#include "server/snapshot.h"

#define NS_PER_MS 1000000
#define MANY_PAIRS 1000 /* about 8 MiB, which the allocator may keep */

struct loader {
	struct loop *loop;
	const char *path;
	loader_taker *take;
	void *context;
	struct watch watch;
	int done_fd; /* an eventfd(2), which the thread writes to when it is done */
	bool busy;
	bool is_handing_over; /* in `take`, which may start another reload */
	int64_t began_ns;
	pthread_t thread;
	struct snapshot *old;
	/* After a reload, until the next one: */
	bool is_tidying;
	pthread_t tidier;
	struct snapshot *past;
	size_t loaded; /* pairs */
	/* The thread's, until it is done: */
	struct snapshot *new;
	struct findings findings;
};

/* Waits for the thread, if there is one. */
static void
finish(struct loader *loader)
{
	if (!pthread_equal(loader->thread, pthread_self()))
		pthread_join(loader->thread, NULL);
	loader->busy = false;
}

/*
 * Frees the remains of a reload. With thousands of certificates this takes too long for the main
 * thread. The allocator keeps their memory unless it is told to return it. That delays clients by
 * some milliseconds, so it is only done for many.
 */
static void *
tidy(void *argument)
{
	struct loader *loader = argument;

	snapshot_drop(loader->past);
	if (loader->loaded >= MANY_PAIRS)
		malloc_trim(0);
	return NULL;
}

/* Frees in another thread, or here if that cannot be started. */
static void
start_tidying(struct loader *loader, struct snapshot *past)
{
	loader->past = past;
	loader->is_tidying = pthread_create(&loader->tidier, NULL, tidy, loader) == 0;
	if (!loader->is_tidying)
		snapshot_drop(past);
}

static void
finish_tidying(struct loader *loader)
{
	if (loader->is_tidying)
		pthread_join(loader->tidier, NULL);
	loader->is_tidying = false;
}

static void *
make_snapshot(void *argument)
{
	struct loader *loader = argument;

	parallel_give_way();
	finish_tidying(loader);
	loader->new = snapshot_new(loader->path, loader->old, &loader->findings);
	if (loader->new != NULL)
		snapshot_resolve(loader->new, &loader->findings);
	eventfd_write(loader->done_fd, 1);
	return NULL;
}

static void
launch(struct loader *loader)
{
	int error = pthread_create(&loader->thread, NULL, make_snapshot, loader);

	if (error == 0)
		return;
	findings_error(&loader->findings,
	    "the system does not give a thread to load it (%s): set fewer workers, or "
	    "raise ulimit -u",
	    strerrordesc_np(error));
	loader->thread = pthread_self();
	eventfd_write(loader->done_fd, 1);
}

static void
on_done(struct watch *watch, uint32_t events)
{
	struct loader *loader = watch->holder;
	struct snapshot *past = loader->old;
	struct findings findings = loader->findings;
	eventfd_t count;

	(void)events;
	if (eventfd_read(loader->done_fd, &count) < 0)
		return;
	finish(loader);
	loader->loaded = loader->new != NULL ? snapshot_loaded_pairs(loader->new) : 0;
	loader->is_handing_over = true;
	loader->take(loader->context, loader->new, &findings);
	loader->is_handing_over = false;
	findings_fini(&findings);
	start_tidying(loader, past);
	if (loader->busy) /* again, because `take` has started another reload */
		launch(loader);
}

struct loader *
loader_new(struct loop *loop, const char *path, loader_taker *take, void *context)
{
	struct loader *loader = memory_new(sizeof *loader);

	loader->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loader->watch = (struct watch){ .ready = on_done, .holder = loader };
	if (loader->done_fd < 0 ||
	    loop_add(loop, loader->done_fd, EPOLLIN, &loader->watch) < 0) {
		if (loader->done_fd >= 0)
			close(loader->done_fd);
		free(loader);
		return NULL;
	}
	loader->loop = loop;
	loader->path = path;
	loader->take = take;
	loader->context = context;
	return loader;
}

void
loader_start(struct loader *loader, struct snapshot *old)
{
	findings_init(&loader->findings);
	loader->new = NULL;
	loader->old = snapshot_take(old);
	loader->busy = true;
	loader->began_ns = deadline_now_ns();
	if (!loader->is_handing_over)
		launch(loader);
}

bool
loader_is_busy(const struct loader *loader)
{
	return loader->busy;
}

int64_t
loader_busy_ms(const struct loader *loader)
{
	return loader->busy ? (deadline_now_ns() - loader->began_ns) / NS_PER_MS : 0;
}

void
loader_free(struct loader *loader)
{
	if (loader == NULL)
		return;
	if (loader->busy) {
		finish(loader);
		snapshot_drop(loader->old);
		snapshot_drop(loader->new);
		findings_fini(&loader->findings);
	}
	finish_tidying(loader);
	loop_remove(loader->loop, loader->done_fd, &loader->watch);
	close(loader->done_fd);
	free(loader);
}
