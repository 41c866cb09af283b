/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_BACKENDDIAL_H
#define TLSD_RESPONDERS_BACKENDDIAL_H

/*
 * Finds a backend that accepts a connection. It tries each address of the chosen backend, and
 * then those of the others. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/address.h"
#include "base/deadline.h"

struct backend;
struct backends;
struct cursor;
struct session;

#define BACKENDDIAL_WORDS_SIZE 192

struct backenddial {
	int fd; /* the connected socket, which the caller owns; or -1 */
	struct backend *backend; /* of `fd`, or the one being tried; or NULL */
	struct session *session;
	struct cursor *cursor; /* of the answer */
	struct backends *backends;
	int64_t timeout_ms; /* for each address */
	size_t chosen, turn; /* the first index, and how many were considered */
	bool tried_chosen;
	struct address addresses[ADDRESS_MAX]; /* of the backend, when it was chosen */
	int address_count;
	int address; /* the index of the address in use */
	bool is_trying; /* that address is being tried */
	struct deadline end; /* of this try */
	int64_t pause_ms; /* before the next attempt, if poll(2) cannot tell when */
	bool is_ours; /* it failed for lack of descriptors, ports or memory here */
	char words[BACKENDDIAL_WORDS_SIZE]; /* why the last address was not reached */
};

/* Prepares to connect the client of `session`, whose answer is at `cursor`. All of them outlive
 * `dial`. */
void backenddial_init(struct backenddial *dial, struct backends *backends,
    struct session *session, struct cursor *cursor, int64_t timeout_ms);

/* Continues. Returns 0 once it is connected, or -1 with the failure kept in the session. After
 * SESSION_PARKED call it again, as with session_handshake(). */
int backenddial_run(struct backenddial *dial);

#endif
