/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_RESPONDER_H
#define TLSD_RESPONDERS_RESPONDER_H

/*
 * A responder answers a client once the handshake is done. Each kind is one file with a
 * `struct responder_kind`, and one row in responder.c's table. A prepared responder is
 * immutable, but for counters that are atomic, so that every worker may use it at once.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/stringlist.h"

struct cursor;
struct figures;
struct findings;
struct session;

/* What the kinds read from the configuration; the strings stay the caller's. */
struct responder_settings {
	int kind; /* an index of responder_kind_name() */
	char *text; /* with escapes */
	char *file; /* its path */
	char *content_type; /* of a page */
	char *exec; /* a command line */
	char *exec_user; /* whom it runs as; "" for whoever we are */
	int64_t exec_timeout_ms; /* 0: without end */
	const char *service; /* what the service is called */
	struct stringlist connect; /* where the backends are */
	int balance; /* an index of backends_balance_name() */
	int64_t connect_timeout_ms;
	int64_t resolve_every_ms;
	int send_proxy; /* an index of sendproxy_name() */
};

struct responder_kind {
	const char *name; /* as `respond` takes it */
	const char *keys; /* those of the settings that it reads; NULL: none */
	bool
	    constant; /* the answer is the same for every client, and it reads nothing */

	bool
	    blocks; /* it may wait for more than the client: a disk, the start of a program */

	bool runs_programs; /* that need what only they know */

	bool occupies; /* it counts against max-workers also while it is parked */

	bool lasts; /* its connections have no longest life unless one is set */

	unsigned descriptors; /* that one answer may have open at once */

	/*
	 * Makes what answering needs from the settings, checking them: NULL after an error
	 * in `findings`, whose text starts with the key. Main thread.
	 */
	void *(*prepare)(
	    const struct responder_settings *settings, struct findings *findings);

	/*
	 * Adds a warning for each name that resolver_await() has not found, starting with the key;
	 * NULL for kinds that look no names up. Any thread.
	 */
	void (*warn)(const void *prepared, struct findings *findings);

	/*
	 * Tells where the server's own figures come from, which outlive every answer; NULL
	 * for kinds that tell nothing of them. Main thread, before the first answer.
	 */
	void (*show)(void *prepared, const struct figures *figures);

	/*
	 * Answers through session.h only, with blocking calls. Returns 0, or -1 when the
	 * answer is not whole: then the session knows why, from its own calls or from
	 * session_fail(). SESSION_PARKED is returned as it comes, and `cursor` tells where the
	 * next call, of whichever worker, goes on. Any worker.
	 */
	int (*answer)(
	    const void *prepared, struct session *session, struct cursor *cursor);

	/* Gives up on an answer that was parked, without waiting; NULL for kinds that leave no
	 * `state` in the cursor. Main thread. */
	void (*abandon)(void *state);

	void (*release)(void *prepared);
};

/* How far an answer has come. Begins as CURSOR_START. */
struct cursor {
	int fd; /* what is read from, or -1 */
	size_t offset; /* or how many bytes are written */
	void *state; /* or the kind's own */
	bool wants; /* it is parked for want of descriptors: want.h */
	unsigned wanted; /* and how often it was */
	bool
	    is_cut; /* set by the caller: the server ends this answer without waiting */
	bool
	    is_ending; /* only an end of bounded time is left, which a cut does not shorten */
};
#define CURSOR_START     \
	{                \
		.fd = -1 \
	}

struct responder;

/* "text", "file", and so on; NULL behind the last. */
const char *responder_kind_name(int index);

/* Whether the kind with that index runs programs. */
bool responder_kind_runs_programs(int index);

/* True if connections of the kind with that index have no longest life unless one is set: another
 * server or a program decides how long they last. */
bool responder_kind_lasts(int index);

/* The kind with the name of that key, which is its own: "file" answers with `file`. -1 if none
 * has it. */
int responder_kind_of_key(const char *key);

/* True if the kind with that index reads that key. */
bool responder_kind_reads(int index, const char *key);

/* The first kind that reads that key, -1 if it is of no concern to responders. */
int responder_reader_of(const char *key);

/* How many descriptors an answer of the kind with that index may have open at once. */
unsigned responder_kind_descriptors(int index);

/* Prepares the kind that `settings` name; responder_free() frees it. NULL after an error. */
struct responder *responder_new(
    const struct responder_settings *settings, struct findings *findings);
void responder_free(struct responder *responder);

/* Adds a warning for each name that the answers need and that resolver_await() has not found, starting
 * with the key. Any thread. */
void responder_warn(const struct responder *responder, struct findings *findings);

/* Before the first answer: where the server's own figures come from. Main thread. */
void responder_show(struct responder *responder, const struct figures *figures);

/* Whether the answer is about the server itself, for whoever watches it. */
bool responder_tells_of_server(const struct responder *responder);

/* Whether the answer does not depend on the client, and may leave before it is known. */
bool responder_is_constant(const struct responder *responder);

/* True if an answer may wait for more than the client. */
bool responder_blocks(const struct responder *responder);

/* Whether an answer counts against max-workers also while it is parked. */
bool responder_occupies(const struct responder *responder);

/* 0, -1 or SESSION_PARKED, as the kinds do. */
int responder_answer(
    const struct responder *responder, struct session *session, struct cursor *cursor);

/* Gives up on an answer, if it was begun. Main thread. */
void responder_abandon(const struct responder *responder, struct cursor *cursor);

#endif
