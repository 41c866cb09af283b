/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_KIND_H
#define TLSD_RESPONDERS_KIND_H

/* A kind of responder, and how far one of its answers has come. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text/stringlist.h"

struct monitor;
struct cursor;
struct findings;
struct session;

/* The settings of all kinds from the configuration. The caller owns the strings. */
struct responder_settings {
	int kind; /* an index of responder_kind_name() */
	char *text; /* with escapes */
	char *file; /* its path */
	char *content_type; /* of a page */
	char *exec; /* a command line */
	char *exec_user; /* the user it runs as; "" for the daemon's */
	int64_t exec_timeout_ms; /* 0: no limit */
	const char *service; /* the name of the service */
	struct stringlist connect; /* where the backends are */
	int balance; /* an index of backends_balance_name() */
	int64_t connect_timeout_ms;
	int64_t resolve_every_ms;
	int send_proxy; /* an index of sendproxy_name() */
};

struct responder_kind {
	const char *name; /* as `respond` takes it */
	const char *keys; /* the settings it reads; NULL: none */
	bool
	    constant; /* its answer is the same for every client, and it reads nothing */

	bool
	    blocks; /* it may wait for more than the client: a disk, the start of a program */

	bool runs_programs; /* they may need access that tlsd cannot foresee */

	bool occupies; /* it counts against max-workers even while it is parked */

	bool lasts; /* its connections have no maximum lifetime unless one is set */

	unsigned descriptors; /* the most that one answer has open at once */

	/*
	 * Prepares answers from the settings and checks them. Returns NULL after an error in
	 * `findings`, whose text starts with the key. Main thread.
	 */
	void *(*prepare)(
	    const struct responder_settings *settings, struct findings *findings);

	/*
	 * Adds a warning for each name that resolver_await() has not found, starting with the
	 * key. NULL for kinds that look no names up. Any thread.
	 */
	void (*warn)(const void *prepared, struct findings *findings);

	/*
	 * Passes the source of the server's figures, which outlives every answer. NULL for
	 * kinds that do not report them. Main thread, before the first answer.
	 */
	void (*show)(void *prepared, const struct monitor *monitor);

	/*
	 * Answers through session.h only, with blocking calls. Returns 0, or -1 if the answer
	 * is incomplete. Then the session has the reason, from its own calls or from
	 * session_fail(). SESSION_PARKED is passed on as it is. `cursor` says where the next
	 * call continues, in any worker. Any worker.
	 */
	int (*answer)(
	    const void *prepared, struct session *session, struct cursor *cursor);

	/* Gives up on a parked answer, without waiting. NULL for kinds that leave no `state` in
	 * the cursor. Main thread. */
	void (*abandon)(void *state);

	void (*release)(void *prepared);
};

/* How far an answer has come. Begins as CURSOR_START. */
struct cursor {
	int fd; /* the file that is read, or -1 */
	size_t offset; /* or the number of bytes written */
	void *state; /* or data of the kind */
	bool wants; /* it is parked for lack of descriptors: fdwait.h */
	unsigned wanted; /* how often it lacked them */
	bool
	    is_cut; /* set by the caller: the server ends this answer without waiting */
	bool
	    is_ending; /* only an end of bounded time is left, which is_cut does not shorten */
};
#define CURSOR_START     \
	{                \
		.fd = -1 \
	}

#endif
