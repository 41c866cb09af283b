/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROL_CONTROL_H
#define TLSD_SERVER_CONTROL_CONTROL_H

/*
 * The control socket: a Unix-domain socket that takes commands, one a line. The answer to each is
 * lines of text, then a line "ok" or "failed"; tlsdctl(8) documents it. It runs in the main
 * thread's loop, so that it answers however busy the workers are. Its clients cannot block it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/text/stringlist.h"

struct control;
struct controlplace;
struct loop;

#define CONTROL_COMMAND_MAX 128 /* bytes in a line, including its end */

/* The rights of a client, by the credentials of the process that connected. */
enum control_right {
	CONTROL_LOOK, /* any process that the socket's mode admits */
	CONTROL_CHANGE /* root, and the socket's owner and group */
};

/* A client, as the handler of its commands sees it. */
struct control_caller {
	enum control_right right;
	pid_t pid; /* of the process that connected; 0 if unknown */
	int fd; /* the handler may send an answer here before its own */
	unsigned awaited; /* number to be concluded before the answer; 0: none */
	struct stringlist offered, kept; /* handover.h */
};

/* Carries out `command` of `caller`, writes lines to `out` and returns true on success. If it
 * sets caller->awaited, it writes nothing, and control_conclude() answers. */
typedef bool control_handler(
    void *context, struct control_caller *caller, const char *command, FILE *out);

/* Listens at `place`. Returns NULL with a reason in `error`. */
struct control *control_open(const struct controlplace *place, struct loop *loop,
    control_handler *handler, void *context, char *error, size_t error_size);

/* Return where it listens, and the descriptor. */
const char *control_path(const struct control *control);
int control_fd(const struct control *control);

/* Answers all callers that await `what` or a lower number: with `text`, which consists of lines,
 * and the verdict. */
void control_conclude(
    struct control *control, unsigned what, bool worked, const char *text);

/* Accepts again after a pause for lack of descriptors. Returns when to call it again. */
struct deadline control_expire(struct control *control);

/* Makes an inherited socket its own. */
void control_own(struct control *control);

/* Stops listening, but goes on answering connected clients. Removes the socket unless another
 * process has `kept` it. */
void control_leave(struct control *control, bool kept);

/* Closes everything and removes the socket. Accepts NULL. */
void control_close(struct control *control);

#endif
