/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that makes the next snapshot. */
#include "server/snapshot/loader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/thread/parallel.h"
#include "base/thread/sync.h"
#include "server/event/loop.h"
#include "server/snapshot/snapshot.h"

#define NS_PER_MS 1000000

struct loader {
	struct loop *loop;
	const char *path;
	loader_taker *take;
	void *context;
	struct watch watch;
	int done_fd; /* an eventfd(2), which the thread writes to when it is done */
	bool busy;
	bool is_handing_over; /* in `take`, which may start the next one */
	int64_t began_ns;
	struct snapshot *old;
	/* One thread for all reloads: GnuTLS keeps some memory for each thread that has used it. */
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* Under the mutex: */
	bool wants_load, wants_quit;
	struct snapshot *past; /* to be dropped; NULL for none */
	/* The thread's, until it is done: */
	struct snapshot *new;
	struct findings findings;
};

/* Frees the snapshot that a reload has replaced. With thousands of certificates this takes too
 * long for the main thread. */
static void
free_past(struct loader *loader)
{
	struct snapshot *past = loader->past;

	loader->past = NULL;
	sync_unlock(&loader->mutex);
	snapshot_drop(past);
	sync_lock(&loader->mutex);
}

static void
load_snapshot(struct loader *loader)
{
	loader->wants_load = false;
	sync_unlock(&loader->mutex);
	loader->new = snapshot_new(loader->path, loader->old, &loader->findings);
	if (loader->new != NULL)
		snapshot_resolve(loader->new, &loader->findings);
	sync_lock(&loader->mutex); /* on_done() sees all of it */
	eventfd_write(loader->done_fd, 1);
}

static void *
run_thread(void *argument)
{
	struct loader *loader = argument;

	parallel_give_way();
	sync_lock(&loader->mutex);
	while (!loader->wants_quit || loader->past != NULL || loader->wants_load)
		if (loader->past != NULL)
			free_past(loader);
		else if (loader->wants_load)
			load_snapshot(loader);
		else
			sync_wait(&loader->changed, &loader->mutex);
	sync_unlock(&loader->mutex);
	return NULL;
}

/* Has the thread load; without one, the reload has failed. */
static void
launch_load(struct loader *loader)
{
	int error = 0;

	if (!loader->has_thread)
		error = pthread_create(&loader->thread, NULL, run_thread, loader);
	if (error != 0) {
		findings_error(&loader->findings,
		    "no thread can be created to load it (%s): set fewer workers, or "
		    "raise ulimit -u",
		    strerrordesc_np(error));
		eventfd_write(loader->done_fd, 1);
		return;
	}
	loader->has_thread = true;
	sync_lock(&loader->mutex);
	loader->wants_load = true;
	sync_wake(&loader->changed);
	sync_unlock(&loader->mutex);
}

/* Without a thread there is nobody else to do it. */
static void
hand_past_to_thread(struct loader *loader, struct snapshot *past)
{
	if (!loader->has_thread) {
		snapshot_drop(past);
		return;
	}
	sync_lock(&loader->mutex);
	loader->past = past;
	sync_wake(&loader->changed);
	sync_unlock(&loader->mutex);
}

static void
on_done(struct watch *watch, uint32_t events)
{
	struct loader *loader = watch->holder;
	struct snapshot *past = loader->old;
	eventfd_t count;

	(void)events;
	if (eventfd_read(loader->done_fd, &count) < 0)
		return;
	sync_lock(&loader->mutex);
	struct findings findings = loader->findings;
	struct snapshot *new = loader->new;
	sync_unlock(&loader->mutex);
	loader->busy = false;
	loader->is_handing_over = true;
	loader->take(loader->context, new, &findings);
	loader->is_handing_over = false;
	findings_fini(&findings);
	hand_past_to_thread(loader, past);
	if (loader->busy) /* again, since the taker has asked for another one */
		launch_load(loader);
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
	sync_mutex_init(&loader->mutex);
	sync_condition_init(&loader->changed);
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
		launch_load(loader);
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

static void
end_thread(struct loader *loader)
{
	if (!loader->has_thread)
		return;
	sync_lock(&loader->mutex);
	loader->wants_quit = true;
	sync_wake(&loader->changed);
	sync_unlock(&loader->mutex);
	pthread_join(loader->thread, NULL);
}

void
loader_free(struct loader *loader)
{
	if (loader == NULL)
		return;
	end_thread(loader);
	if (loader->busy) {
		snapshot_drop(loader->old);
		snapshot_drop(loader->new);
		findings_fini(&loader->findings);
	}
	loop_remove(loader->loop, loader->done_fd, &loader->watch);
	close(loader->done_fd);
	sync_mutex_fini(&loader->mutex);
	sync_condition_fini(&loader->changed);
	free(loader);
}
