/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_THREAD_SYNC_H
#define TLSD_BASE_THREAD_SYNC_H

/*
 * Mutexes, conditions and semaphores whose calls cannot fail: a failed call is a bug in this
 * program, so it aborts.
 */

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "base/deadline.h"

void sync_mutex_init(pthread_mutex_t *mutex);
void sync_mutex_fini(pthread_mutex_t *mutex);
void sync_lock(pthread_mutex_t *mutex);
void sync_unlock(pthread_mutex_t *mutex);

/* A condition variable; waiting threads hold its one mutex. */
void sync_condition_init(pthread_cond_t *condition);
void sync_condition_fini(pthread_cond_t *condition);
void sync_wake(pthread_cond_t *condition); /* all waiting threads */
void sync_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);

/* Waits until `deadline` at most. Returns false if it has passed. */
bool sync_wait_until(
    pthread_cond_t *condition, pthread_mutex_t *mutex, struct deadline deadline);

/* A semaphore that starts at 0. The thread that takes it may destroy it at once. */
void sync_semaphore_init(sem_t *semaphore);
void sync_semaphore_fini(sem_t *semaphore);
void sync_post(sem_t *semaphore);
void sync_take(sem_t *semaphore);

#endif
