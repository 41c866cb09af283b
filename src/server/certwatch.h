/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CERTWATCH_H
#define TLSD_SERVER_CERTWATCH_H

/*
 * Notices that certificates, keys and the like have changed on disk, by inotify(7) on every
 * folder on the way to them, through symbolic links too. It notices a file that is written in
 * place, and a file, folder or link that is replaced, removed or made again. A mount over a
 * folder is not noticed. Needs Linux. Main thread.
 */

#include "base/deadline.h"

struct certwatch;
struct conf;
struct loop;

/* Changes come in bundles: they are over when it was quiet for so long, or after a while. */
#define CERTWATCH_QUIET_MS 1000
#define CERTWATCH_PATIENCE_MS 10000

/* Calls `changed` from certwatch_expire(). `loop` outlives it. */
struct certwatch *certwatch_new(
    struct loop *loop, void (*changed)(void *context), void *context);
void certwatch_free(struct certwatch *certwatch);

/*
 * Watches the files of `conf` from now on, none if it says no; a first look follows, so that
 * a change since `conf` was loaded is not missed. `state` is what certwatch_state() said
 * before that; `conf` lives until the next call.
 */
void certwatch_use(
    struct certwatch *certwatch, const struct conf *conf, unsigned long long state);

/* A number that differs when one of the files of `conf` is another or has changed. */
unsigned long long certwatch_state(const struct conf *conf);

/* Calls `changed` if files have changed and it has been quiet. Returns when to call it
 * again. */
struct deadline certwatch_expire(struct certwatch *certwatch);

#endif
