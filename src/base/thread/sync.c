/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mutexes, conditions and semaphores that abort rather than fail. */
#include "base/thread/sync.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S 1000000000

static void
abort_on_error(int error, const char *call)
{
	if (error == 0)
		return;
	fprintf(stderr, "tlsd: %s: error %d\n", call, error);
	abort();
}

void
sync_mutex_init(pthread_mutex_t *mutex)
{
	abort_on_error(pthread_mutex_init(mutex, NULL), "pthread_mutex_init");
}

void
sync_mutex_fini(pthread_mutex_t *mutex)
{
	abort_on_error(pthread_mutex_destroy(mutex), "pthread_mutex_destroy");
}

void
sync_lock(pthread_mutex_t *mutex)
{
	abort_on_error(pthread_mutex_lock(mutex), "pthread_mutex_lock");
}

void
sync_unlock(pthread_mutex_t *mutex)
{
	abort_on_error(pthread_mutex_unlock(mutex), "pthread_mutex_unlock");
}

void
sync_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	abort_on_error(pthread_condattr_init(&attributes), "pthread_condattr_init");
	abort_on_error(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC),
	    "pthread_condattr_setclock");
	abort_on_error(pthread_cond_init(condition, &attributes), "pthread_cond_init");
	abort_on_error(
	    pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
}

void
sync_condition_fini(pthread_cond_t *condition)
{
	abort_on_error(pthread_cond_destroy(condition), "pthread_cond_destroy");
}

void
sync_wake(pthread_cond_t *condition)
{
	abort_on_error(pthread_cond_broadcast(condition), "pthread_cond_broadcast");
}

void
sync_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	abort_on_error(pthread_cond_wait(condition, mutex), "pthread_cond_wait");
}

bool
sync_wait_until(
    pthread_cond_t *condition, pthread_mutex_t *mutex, struct deadline deadline)
{
	struct timespec at = { .tv_sec = deadline.at_ns / NS_PER_S,
		.tv_nsec = deadline.at_ns % NS_PER_S };
	int error = pthread_cond_timedwait(condition, mutex, &at);

	abort_on_error(error == ETIMEDOUT ? 0 : error, "pthread_cond_timedwait");
	return error == 0;
}

void
sync_semaphore_init(sem_t *semaphore)
{
	abort_on_error(sem_init(semaphore, 0, 0), "sem_init");
}

void
sync_semaphore_fini(sem_t *semaphore)
{
	abort_on_error(sem_destroy(semaphore), "sem_destroy");
}

void
sync_post(sem_t *semaphore)
{
	abort_on_error(sem_post(semaphore), "sem_post");
}

void
sync_take(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		abort_on_error(errno == EINTR ? 0 : errno, "sem_wait");
}
