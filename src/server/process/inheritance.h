/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_INHERITANCE_H
#define TLSD_SERVER_PROCESS_INHERITANCE_H

/*
 * Replaces a running tlsd. Over its control socket, the new process receives the parts that
 * handover.h offers. It uses those that its own configuration names, and confirms once it can
 * serve. Until then the old process goes on, and the new one can give up at any point. Main
 * thread.
 */

#include <stddef.h>
#include <sys/types.h>

struct inheritance;

/* Asks the tlsd at the control socket `path`, which must belong to root, to `owner` or to this
 * process's user. Returns NULL with a reason in `error`. */
struct inheritance *inheritance_begin(
    const char *path, uid_t owner, char *error, size_t error_size);

/* Returns the descriptor that the old process calls `name`, or -1 if there is none or `inheritance`
 * is NULL. The caller owns it from now on, and inheritance_confirm() keeps it. */
int inheritance_take(struct inheritance *inheritance, const char *name);

/* Returns the name of the first descriptor that starts with `beginning` and was not taken, or
 * NULL. The name lives as long as `inheritance`, which may be NULL. */
const char *inheritance_find(
    const struct inheritance *inheritance, const char *beginning);

/* Returns the id of the old process, or 0 if it is not known. */
pid_t inheritance_pid(const struct inheritance *inheritance);

/* Lets the old process go: it closes and removes the parts that were not taken. Returns 0 when it
 * has let go, or -1 with a reason in `error`. */
int inheritance_confirm(
    struct inheritance *inheritance, char *error, size_t error_size);

/* Closes the descriptors that have not been taken, and the connection. Accepts NULL. */
void inheritance_free(struct inheritance *inheritance);

#endif
