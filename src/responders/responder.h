/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_RESPONDER_H
#define TLSD_RESPONDERS_RESPONDER_H

/*
 * A responder answers a client once the handshake is done. Each kind is one file with a `struct
 * responder_kind`, and one row in responder.c's table. A prepared responder is immutable,
 * except for atomic counters, so every worker may use it at once.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/text/stringlist.h"

struct cursor;
struct answermonitor;
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
	void (*show)(void *prepared, const struct answermonitor *figures);

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
	bool wants; /* it is parked for lack of descriptors: want.h */
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

struct responder;

/* Returns the name of a kind, such as "text" or "file"; NULL after the last one. */
const char *responder_kind_name(int index);

/* True if the kind with that index runs programs. */
bool responder_kind_runs_programs(int index);

/* True if connections of that kind have no maximum lifetime unless one is set, because another
 * server or a program decides how long they last. */
bool responder_kind_lasts(int index);

/* Returns the kind that has the key's name and reads that key, as "file" reads `file`; -1 if
 * there is none. */
int responder_kind_of_key(const char *key);

/* True if the kind with that index reads that key. */
bool responder_kind_reads(int index, const char *key);

/* Returns the first kind that reads that key, or -1 if none does. */
int responder_reader_of(const char *key);

/* Returns how many descriptors an answer of the kind with that index may have open at once. */
unsigned responder_kind_descriptors(int index);

/* Prepares a responder of the kind in `settings`; responder_free() frees it. Returns NULL after
 * an error. */
struct responder *responder_new(
    const struct responder_settings *settings, struct findings *findings);
void responder_free(struct responder *responder);

/* Adds a warning for each name that the answers need and that resolver_await() has not found,
 * starting with the key. Any thread. */
void responder_warn(const struct responder *responder, struct findings *findings);

/* Passes the source of the server's figures before the first answer. Main thread. */
void responder_show(struct responder *responder, const struct answermonitor *figures);

/* True if the answer is about the server itself, for a monitor. */
bool responder_tells_of_server(const struct responder *responder);

/* True if the answer does not depend on the client, and may be sent before the client is known. */
bool responder_is_constant(const struct responder *responder);

/* True if an answer may wait for more than the client. */
bool responder_blocks(const struct responder *responder);

/* True if an answer counts against max-workers even while it is parked. */
bool responder_occupies(const struct responder *responder);

/* Returns 0, -1 or SESSION_PARKED, as answer() of the kind does. */
int responder_answer(
    const struct responder *responder, struct session *session, struct cursor *cursor);

/* Gives up on an answer, if it has begun. Main thread. */
void responder_abandon(const struct responder *responder, struct cursor *cursor);

#endif
