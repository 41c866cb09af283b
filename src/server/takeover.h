/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_TAKEOVER_H
#define TLSD_SERVER_TAKEOVER_H

/*
 * Taking the place of a running tlsd: over its control socket the new process receives what
 * handover.h offers, uses of it what its own configuration names, and once it can serve
 * confirms. Until then the old one goes on, and this can be given up at any point. Main
 * thread.
 */

#include <stddef.h>
#include <sys/types.h>

struct takeover;

/*
 * Asks the tlsd at the control socket `path`, which must belong to root, to `owner` or to who
 * asks. NULL with a reason in `error`.
 */
struct takeover *takeover_begin(
    const char *path, uid_t owner, char *error, size_t error_size);

/* What the old process calls `name`, from now on the caller's descriptor; it is kept when this
 * is confirmed. -1 if there is none, and for a `takeover` that is NULL. */
int takeover_take(struct takeover *takeover, const char *name);

/* Returns the name of the first that starts with `beginning` and was not taken, or NULL. It
 * lives as long as `takeover`, which may be NULL. */
const char *takeover_find(const struct takeover *takeover, const char *beginning);

/* The old process, or 0 if it is not known. */
pid_t takeover_pid(const struct takeover *takeover);

/* Lets the old process go: what was not taken is closed by it, and removed. Returns 0 when it
 * has let go, or -1 with a reason in `error`. */
int takeover_confirm(struct takeover *takeover, char *error, size_t error_size);

/* Closes what has not been taken, and the connection. NULL is fine. */
void takeover_free(struct takeover *takeover);

#endif
