/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_CERTWATCH_H
#define TLSD_SERVER_SNAPSHOT_CERTWATCH_H

/*
 * Notices that certificates, keys and the like have changed on disk, by inotify(7) on every
 * folder on the way to them, through symbolic links too. It notices a file that is written in
 * place, and a file, folder or link that is replaced, removed or made again. It does not notice a
 * mount over a folder. Needs Linux. Main thread.
 */

#include "base/deadline.h"

struct certwatch;
struct conf;
struct loop;

/* Changes are reported together: after CERTWATCH_QUIET_MS without another one, or after
 * CERTWATCH_PATIENCE_MS at the latest. */
#define CERTWATCH_QUIET_MS 1000
#define CERTWATCH_PATIENCE_MS 10000

/* Makes a watcher that calls `changed` from certwatch_expire(). `loop` outlives it. */
struct certwatch *certwatch_new(
    struct loop *loop, void (*changed)(void *context), void *context);
void certwatch_free(struct certwatch *certwatch);

/*
 * Watches the files of `conf` from now on, or none if `watch` is off. It checks them once soon
 * after, so that it does not miss a change since `conf` was loaded. `state` is the result of
 * certwatch_state() from before that load; `conf` lives until the next call.
 */
void certwatch_use(
    struct certwatch *certwatch, const struct conf *conf, unsigned long long state);

/* Returns a number that changes when one of the files of `conf` is replaced or changed. */
unsigned long long certwatch_state(const struct conf *conf);

/* Calls `changed` if files have changed and nothing has happened since for a while. Returns when
 * to call it again. */
struct deadline certwatch_expire(struct certwatch *certwatch);

#endif
