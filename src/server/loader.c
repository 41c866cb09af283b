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
#include "server/loop.h"
#include "server/snapshot.h"

#define NS_PER_MS 1000000

struct loader {
	struct loop *loop;
	const char *path;
	loader_taker *take;
	void *context;
	struct watch watch;
	int done_fd; /* an eventfd(2), which the thread writes to when it is done */
	bool busy;
	int64_t began_ns;
	pthread_t thread;
	struct snapshot *old;
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
	snapshot_drop(loader->old);
	loader->busy = false;
}

static void *
return_memory(void *unused)
{
	(void)unused;
	malloc_trim(0);
	return NULL;
}

/* The allocator keeps what thousands of certificates took, unless it is told to return it to the
 * system. That takes too long for the main thread, and does no harm if it is not done. */
static void
start_returning_memory(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (pthread_attr_init(&attributes) != 0)
		return;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_create(&thread, &attributes, return_memory, NULL);
	pthread_attr_destroy(&attributes);
}

static void
on_done(struct watch *watch, uint32_t events)
{
	struct loader *loader = watch->holder;
	eventfd_t count;

	(void)events;
	if (eventfd_read(loader->done_fd, &count) < 0)
		return;
	finish(loader);
	loader->take(loader->context, loader->new, &loader->findings);
	findings_fini(&loader->findings);
	start_returning_memory();
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

static void *
make_snapshot(void *argument)
{
	struct loader *loader = argument;

	loader->new = snapshot_new(loader->path, loader->old, &loader->findings);
	if (loader->new != NULL)
		snapshot_resolve(loader->new, &loader->findings);
	eventfd_write(loader->done_fd, 1);
	return NULL;
}

void
loader_start(struct loader *loader, struct snapshot *old)
{
	findings_init(&loader->findings);
	loader->new = NULL;
	loader->old = snapshot_take(old);
	loader->busy = true;
	loader->began_ns = deadline_now_ns();
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
		snapshot_drop(loader->new);
		findings_fini(&loader->findings);
	}
	loop_remove(loader->loop, loader->done_fd, &loader->watch);
	close(loader->done_fd);
	free(loader);
}
