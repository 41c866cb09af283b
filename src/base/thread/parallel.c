/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Divides work among the processors. */
#include "base/thread/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory/shortage.h"

/* Fewer pieces are not worth a thread. Other threads get nine times as much of a processor as
 * one with this niceness. */
enum { THREADS_MAX = 64, PIECES_MIN = 8, NICENESS = 10 };

static _Thread_local bool gives_way;

struct job {
	void (*work)(void *context, size_t number);
	void *context;
	size_t count;
	_Atomic(size_t) next;
	_Atomic(bool) short_of_something;
};

static void
do_pieces(struct job *job)
{
	size_t number;

	while ((number = atomic_fetch_add(&job->next, 1)) < job->count)
		job->work(job->context, number);
	if (shortage_is_noted())
		atomic_store(&job->short_of_something, true);
}

static void *
run_helper(void *job)
{
	do_pieces(job);
	return NULL;
}

/* Returns how many threads help the caller's. */
static size_t
count_helpers(size_t pieces)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = pieces / PIECES_MIN;

	if (gives_way)
		return 0;
	if (processors > 0 && threads > (size_t)processors)
		threads = (size_t)processors;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	return threads > 0 ? threads - 1 : 0;
}

void
parallel_run(size_t count, void (*work)(void *context, size_t number), void *context)
{
	struct job job = { .work = work, .context = context, .count = count };
	pthread_t helpers[THREADS_MAX];
	size_t wanted = count_helpers(count), started = 0;

	while (started < wanted &&
	       pthread_create(&helpers[started], NULL, run_helper, &job) == 0)
		started++;
	do_pieces(&job);
	for (size_t i = 0; i < started; i++)
		pthread_join(helpers[i], NULL);
	if (atomic_load(&job.short_of_something))
		shortage_note();
}

/* In Linux each thread has its own niceness, which the threads that it makes inherit. */
void
parallel_give_way(void)
{
	setpriority(PRIO_PROCESS, 0, NICENESS);
	gives_way = true;
}
