/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_LOADER_H
#define TLSD_SERVER_SNAPSHOT_LOADER_H

/* Makes snapshots in a thread of its own, one at a time. So reading many certificates or
 * resolving a name does not stop anything else. Main thread. */

#include <stdbool.h>
#include <stdint.h>

struct findings;
struct loader;
struct loop;
struct snapshot;

/* Takes the result: a snapshot with one reference, or NULL with errors in `findings`. */
typedef void loader_taker(
    void *context, struct snapshot *snapshot, struct findings *findings);

/* Makes a loader for the configuration at `path`, which the caller keeps. `loop` calls `take`
 * when a snapshot is done. Returns NULL with errno if the kernel gives no descriptor. */
struct loader *loader_new(
    struct loop *loop, const char *path, loader_taker *take, void *context);

/* Waits for the end of the thread, and drops its result. After resolver_stop() the thread does
 * not wait for names, but nothing ends its wait for a disk. Accepts NULL. */
void loader_free(struct loader *loader);

/* Begins to make a snapshot that will replace `old` (snapshot_new()); holds a reference to `old`
 * meanwhile. The loader must not be busy. */
void loader_start(struct loader *loader, struct snapshot *old);

/* True from loader_start() until the result is handed over. */
bool loader_is_busy(const struct loader *loader);

/* Returns the number of milliseconds that it has been busy. */
int64_t loader_busy_ms(const struct loader *loader);

#endif
