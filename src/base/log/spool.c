/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines that wait to be written. */
#include "base/log/spool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "base/thread/sync.h"

#define NAP_MS 10
#define STACK_SIZE (128 * 1024)

struct spool {
	pthread_mutex_t mutex; /* for all but the bytes that are being written */
	pthread_cond_t more, written;
	pthread_t thread;
	spool_write *write;
	struct outlet *outlet; /* of the lines in `filling`; the thread closes it */
	_Atomic(int) form; /* of these lines; changed with the lock, read without */
	struct outlet *next; /* replaces `outlet` when the thread takes them; or NULL */
	int next_form;
	char *filling, *emptying; /* `room` bytes each */
	size_t room, size; /* bytes in `filling` */
	uint64_t put, done; /* bytes ever */
	bool is_idle; /* the thread waits for the first line */
	bool is_urgent; /* it must not nap */
	bool is_stopping, is_over;
	bool is_abandoned; /* spool_stop() has returned: the thread frees the spool */
};

static void
free_spool(struct spool *spool)
{
	sync_condition_fini(&spool->more);
	sync_condition_fini(&spool->written);
	sync_mutex_fini(&spool->mutex);
	outlet_close(spool->outlet);
	outlet_close(spool->next);
	free(spool->filling);
	free(spool->emptying);
	free(spool);
}

/* Takes all waiting lines and writes them, without the lock. Lines that are put from then on are
 * for the next outlet, if there is one. */
static void
write_all(struct spool *spool)
{
	struct outlet *outlet = spool->outlet, *next = spool->next;
	char *lines = spool->filling;
	size_t size = spool->size;
	int form = spool->form;

	spool->filling = spool->emptying;
	spool->emptying = lines;
	spool->size = 0;
	spool->is_urgent = false;
	if (next != NULL) {
		spool->outlet = next;
		spool->form = spool->next_form;
		spool->next = NULL;
	}
	sync_unlock(&spool->mutex);
	if (size > 0)
		spool->write(outlet, form, lines, size);
	if (next != NULL)
		outlet_close(outlet);
	sync_lock(&spool->mutex);
	spool->done += size;
	sync_wake(&spool->written);
}

/* Writing many lines at once costs less than writing each one. */
static void
wait_for_more(struct spool *spool)
{
	struct deadline end = deadline_in(NAP_MS);

	while (!spool->is_urgent && !spool->is_stopping &&
	       sync_wait_until(&spool->more, &spool->mutex, end))
		;
}

static void *
write_until_stopped(void *context)
{
	struct spool *spool = context;

	sync_lock(&spool->mutex);
	while (spool->size > 0 || !spool->is_stopping) {
		if (spool->size == 0 && spool->next == NULL) {
			spool->is_idle = true;
			sync_wait(&spool->more, &spool->mutex);
			spool->is_idle = false;
			continue;
		}
		write_all(spool);
		wait_for_more(spool);
	}
	spool->is_over = true;
	bool is_abandoned = spool->is_abandoned;
	sync_wake(&spool->written);
	sync_unlock(&spool->mutex);
	if (is_abandoned)
		free_spool(spool);
	return NULL;
}

/* Starts the thread with all signals blocked, because the main thread handles them. */
static int
start_thread(struct spool *spool)
{
	pthread_attr_t attributes;
	sigset_t all, before;

	int error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&spool->thread, &attributes, write_until_stopped, spool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

struct spool *
spool_start(size_t room, spool_write *write, struct outlet *outlet, int form)
{
	struct spool *spool = memory_new(sizeof *spool);

	sync_mutex_init(&spool->mutex);
	sync_condition_init(&spool->more);
	sync_condition_init(&spool->written);
	spool->write = write;
	spool->outlet = outlet;
	atomic_init(&spool->form, form);
	spool->room = room;
	spool->filling = memory_new(room);
	spool->emptying = memory_new(room);
	int error = start_thread(spool);
	if (error == 0)
		return spool;
	spool->outlet = NULL;
	free_spool(spool);
	errno = error;
	return NULL;
}

static enum spool_verdict
put_lines(struct spool *spool, int form, const char *lines, size_t size, bool is_urgent)
{
	enum spool_verdict verdict = SPOOL_TAKEN;

	sync_lock(&spool->mutex);
	if (form != spool->form) {
		verdict = SPOOL_OTHER_FORM;
	} else if (size > spool->room - spool->size) {
		verdict = SPOOL_FULL;
	} else {
		memcpy(spool->filling + spool->size, lines, size);
		spool->size += size;
		spool->put += size;
		/* Above a quarter, there must be more room soon. */
		if (is_urgent || spool->size > spool->room / 4)
			spool->is_urgent = true;
		if (spool->is_idle || spool->is_urgent)
			sync_wake(&spool->more);
	}
	sync_unlock(&spool->mutex);
	return verdict;
}

enum spool_verdict
spool_put(struct spool *spool, int form, const char *lines, size_t size)
{
	return put_lines(spool, form, lines, size, false);
}

enum spool_verdict
spool_put_urgent(struct spool *spool, int form, const char *lines, size_t size)
{
	return put_lines(spool, form, lines, size, true);
}

int
spool_form(const struct spool *spool)
{
	return atomic_load(&spool->form);
}

/* Waits until the lines put so far are written, and the next outlet is in use. */
static bool
wait_until_written(struct spool *spool, struct deadline deadline)
{
	const uint64_t end = spool->put;
	bool in_time = true;

	while ((spool->done < end || spool->next != NULL) && in_time) {
		spool->is_urgent = true;
		sync_wake(&spool->more);
		in_time = sync_wait_until(&spool->written, &spool->mutex, deadline);
	}
	return spool->done >= end && spool->next == NULL;
}

bool
spool_flush(struct spool *spool, struct deadline deadline)
{
	sync_lock(&spool->mutex);
	bool all = wait_until_written(spool, deadline);
	sync_unlock(&spool->mutex);
	return all;
}

bool
spool_redirect(
    struct spool *spool, struct outlet *outlet, int form, struct deadline deadline)
{
	sync_lock(&spool->mutex);
	outlet_close(spool->next);
	spool->next = outlet;
	spool->next_form = form;
	bool changed = wait_until_written(spool, deadline);
	sync_unlock(&spool->mutex);
	return changed;
}

void
spool_stop(struct spool *spool, struct deadline deadline)
{
	bool in_time = true;

	sync_lock(&spool->mutex);
	spool->is_stopping = true;
	sync_wake(&spool->more);
	while (!spool->is_over && in_time)
		in_time = sync_wait_until(&spool->written, &spool->mutex, deadline);
	bool is_over = spool->is_over;
	pthread_t thread = spool->thread;
	spool->is_abandoned = !is_over;
	sync_unlock(&spool->mutex);
	if (!is_over) {
		pthread_detach(thread);
		return;
	}
	pthread_join(thread, NULL);
	free_spool(spool);
}
