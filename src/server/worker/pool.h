/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_WORKER_POOL_H
#define TLSD_SERVER_WORKER_POOL_H

/* The fixed number of worker threads. Each takes a connection from the queue, serves it with
 * blocking calls until it ends or is parked, and takes the next. Main thread. */

#include <stddef.h>
#include <stdint.h>

struct pool;
struct queue;
struct returns;

/* Starts `count` workers with stacks of `stack_bytes`. Returns NULL with errno if the system does
 * not give that many; then no worker is left running, and the queue is closed. */
struct pool *pool_start(
    size_t count, size_t stack_bytes, struct queue *queue, struct returns *returns);

/* Returns how many connections the workers have served and given away since the start. A
 * connection counts each time that a worker gives it away. */
uint64_t pool_served(const struct pool *pool);

/* Waits for all workers, which end when the closed queue is empty, and frees the pool. */
void pool_stop(struct pool *pool);

#endif
