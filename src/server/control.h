/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROL_H
#define TLSD_SERVER_CONTROL_H

/*
 * The control socket: a Unix-domain socket on which root and the daemon's own user give
 * commands, one a line. Each is answered with lines of text, then with a line that is "ok"
 * or "failed"; tlsdctl(8) documents it. It lives in the main thread's loop, so that it
 * answers however busy the workers are, and no client can hold it up. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct control;
struct loop;

#define CONTROL_COMMAND_MAX 128 /* bytes in a line, its end included */

/* Carries out `command`, writes lines to `out` and returns whether it worked. */
typedef bool control_handler(void *context, const char *command, FILE *out);

/*
 * Listens at `path`, which belongs to `owner` from then on with the rights 0600. Returns
 * NULL with a reason in `error`.
 */
struct control *control_open(const char *path, uid_t owner, struct loop *loop,
    control_handler *handler, void *context, char *error, size_t error_size);

/* Closes all and removes the socket. NULL is fine. */
void control_close(struct control *control);

#endif
