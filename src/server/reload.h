/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_RELOAD_H
#define TLSD_SERVER_RELOAD_H

/*
 * Reloads: a thread makes a new snapshot, which the main thread then puts into force. Reloads are
 * asked for, or follow when certificates change. Main thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"

struct reload;
struct serverparts;

/* Makes the means to reload; `parts` outlives them. Returns NULL with errno. */
struct reload *reload_new(struct serverparts *parts);

/* Waits for a reload that runs, and drops its result. Accepts NULL. */
void reload_free(struct reload *reload);

/*
 * Begins a reload, which logs its result. If one is running, another one follows it. Returns the
 * number of the reload, for which control_conclude() is called at its end with the findings; 0
 * after reload_end().
 */
unsigned reload_ask(struct reload *reload);

/* Ends reloading because the server is stopping. The callers that wait for a reload are told, and
 * the result of one that runs will not be used. */
void reload_end(struct reload *reload);

/* Watches the certificates of the snapshot in force, if it says so. Needs the rights of the
 * daemon's user. */
void reload_watch(struct reload *reload);

/* Looks for changed certificates if it is time to. Returns when to call it again. */
struct deadline reload_expire(struct reload *reload);

/* True if a reload is running, even after reload_end(). Nothing can interrupt it. */
bool reload_is_running(const struct reload *reload);

/* Returns the number of milliseconds that it has been running. */
int64_t reload_running_ms(const struct reload *reload);

#endif
