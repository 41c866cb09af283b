/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_SYNC_H
#define TLSD_BASE_SYNC_H

/*
 * Mutexes and semaphores whose calls cannot fail: a failed one is a bug in this program,
 * so it aborts.
 */

#include <pthread.h>
#include <semaphore.h>

void sync_mutex_init(pthread_mutex_t *mutex);
void sync_mutex_fini(pthread_mutex_t *mutex);
void sync_lock(pthread_mutex_t *mutex);
void sync_unlock(pthread_mutex_t *mutex);

/* A semaphore that starts at 0. The one who takes may destroy it at once. */
void sync_semaphore_init(sem_t *semaphore);
void sync_semaphore_fini(sem_t *semaphore);
void sync_post(sem_t *semaphore);
void sync_take(sem_t *semaphore);

#endif
