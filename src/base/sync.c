/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mutexes and semaphores that abort rather than fail. */
#include "base/sync.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void
insist(int error, const char *call)
{
	if (error == 0)
		return;
	fprintf(stderr, "tlsd: %s: error %d\n", call, error);
	abort();
}

void
sync_mutex_init(pthread_mutex_t *mutex)
{
	insist(pthread_mutex_init(mutex, NULL), "pthread_mutex_init");
}

void
sync_mutex_fini(pthread_mutex_t *mutex)
{
	insist(pthread_mutex_destroy(mutex), "pthread_mutex_destroy");
}

void
sync_lock(pthread_mutex_t *mutex)
{
	insist(pthread_mutex_lock(mutex), "pthread_mutex_lock");
}

void
sync_unlock(pthread_mutex_t *mutex)
{
	insist(pthread_mutex_unlock(mutex), "pthread_mutex_unlock");
}

void
sync_semaphore_init(sem_t *semaphore)
{
	insist(sem_init(semaphore, 0, 0), "sem_init");
}

void
sync_semaphore_fini(sem_t *semaphore)
{
	insist(sem_destroy(semaphore), "sem_destroy");
}

void
sync_post(sem_t *semaphore)
{
	insist(sem_post(semaphore), "sem_post");
}

void
sync_take(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		insist(errno == EINTR ? 0 : errno, "sem_wait");
}
