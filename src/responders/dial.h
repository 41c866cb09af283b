/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_DIAL_H
#define TLSD_RESPONDERS_DIAL_H

/*
 * Finding a backend that takes a connection: one address after the other is tried, of the
 * chosen backend and then of the others. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/deadline.h"

struct backend;
struct backends;
struct cursor;
struct session;

#define DIAL_WORDS_SIZE 192

struct dial {
	int fd; /* the connected socket, which is whoever's that dialled; or -1 */
	struct backend *backend; /* that has it, or is being tried; or NULL */
	struct session *session;
	struct cursor *cursor; /* of the answer */
	struct backends *backends;
	int64_t timeout_ms; /* for each address */
	size_t chosen, turn; /* backends: the first one, and how many were considered */
	bool tried_chosen;
	struct address addresses[ADDRESS_MAX]; /* of the backend, when it was chosen */
	int address_count;
	int address; /* the index of the one that is tried */
	bool is_trying; /* that */
	struct deadline end; /* of this try */
	int64_t pause_ms; /* before it is tried again, where nothing tells when */
	bool is_ours; /* descriptors, ports or memory were wanting here */
	char words[DIAL_WORDS_SIZE]; /* why the last address was not reached */
};

/* Begins for the client of `session`, whose answer is at `cursor`. All of them outlive it. */
void dial_init(struct dial *dial, struct backends *backends, struct session *session,
    struct cursor *cursor, int64_t timeout_ms);

/* Goes on. 0 once it is connected; -1 with the failure kept in the session, or
 * SESSION_PARKED: call it again as for session_handshake(). */
int dial_run(struct dial *dial);

#endif
