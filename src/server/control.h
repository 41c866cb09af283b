/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROL_H
#define TLSD_SERVER_CONTROL_H

/*
 * The control socket: a Unix-domain socket on which commands are given, one a line. Each is
 * answered with lines of text, then with a line that is "ok" or "failed"; tlsdctl(8)
 * documents it. It lives in the main thread's loop, so that it answers however busy the
 * workers are, and no client can hold it up. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/stringlist.h"

struct control;
struct loop;
struct takeover;

#define CONTROL_COMMAND_MAX 128 /* bytes in a line, its end included */

/* What a client may do, by the credentials of who connected it. */
enum control_right {
	CONTROL_LOOK, /* whoever the mode of the socket lets in */
	CONTROL_CHANGE /* root, and the socket's owner and group */
};

/* A client, for who carries its commands out. */
struct control_caller {
	enum control_right right;
	pid_t pid; /* of the process that connected; 0 if unknown */
	int fd; /* an answer may be sent here, too, before the handler's */
	unsigned awaited; /* what the handler wants to be concluded first; 0: nothing */
	struct stringlist offered, kept; /* handover.h */
};

/* Carries out `command` of `caller`, writes lines to `out` and returns true if it worked. If it
 * sets caller->awaited, it writes nothing, and control_conclude() answers. */
typedef bool control_handler(
    void *context, struct control_caller *caller, const char *command, FILE *out);

/* Where to listen, and whose the socket shall be from then on. */
struct control_place {
	const char *path;
	uid_t owner;
	gid_t group;
	mode_t mode; /* such as 0600 */
	struct takeover *takeover; /* that may have the socket already, or NULL */
};

/* Listens there. Returns NULL with a reason in `error`. */
struct control *control_open(const struct control_place *place, struct loop *loop,
    control_handler *handler, void *context, char *error, size_t error_size);

/* Finds out whether control_open() could listen there, without doing so. Returns 0, or -1 with a
 * reason in `error` and in errno. That is 0 for a path or a folder that not even root can use. */
int control_try(const struct control_place *place, char *error, size_t error_size);

/* Where it listens. */
const char *control_path(const struct control *control);
int control_fd(const struct control *control);

/* Answers all callers that await `what` or less: with `text`, which is lines, and the verdict. */
void control_conclude(
    struct control *control, unsigned what, bool worked, const char *text);

/* Tries again what could not be for want of descriptors; returns when there will be
 * something to do again. */
struct deadline control_expire(struct control *control);

/* What was taken over is its own from now on. */
void control_own(struct control *control);

/* Listens no longer, but answers who is connected; removes the socket unless it is `kept` by
 * another process. */
void control_leave(struct control *control, bool kept);

/* Closes all and removes the socket. NULL is fine. */
void control_close(struct control *control);

#endif
