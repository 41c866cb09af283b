/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_TALK_H
#define TLSD_TESTS_TALK_H

/*
 * A client that sends and hears at once. What it sends is a stream whose bytes depend on their
 * place, so that a byte which is lost, doubled or out of place is seen when it hears the same;
 * or some words, and then it keeps what it hears. Checks with Check's assertions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/peer.h"

#define TALK_PIECE 16384

struct talk {
	struct peer *peer;
	const char *words; /* to send instead of a stream, "" for none; or NULL */
	size_t size; /* of the stream, to send */
	bool late; /* reads only once it can send no more, or is done */
	bool open; /* leaves its direction open */
	bool said; /* its close_notify is out */
	size_t sent, heard;
	int code; /* how its hearing ended: 0 by a close_notify */
	char answer[4096]; /* to words, as much as fits, with a NUL behind */
};

/* `size` bytes of the stream from `offset` on: makes them, or wants them. At most
 * TALK_PIECE for the latter. */
void stream_fill(char *bytes, size_t size, size_t offset);
void stream_check(const char *bytes, size_t size, size_t offset);

/* A client that has shaken hands. */
struct peer *talk_meet(unsigned port, const struct peer_options *options);

/* Wants one byte to come back from an echo at once, while the connection stays open. */
void talk_expect_echo(struct peer *peer);

/* Talks until the server ends it. */
void talk_run(struct talk *talk);

/* The same step by step: sends what fits now, and close_notify at the end. */
void talk_speak(struct talk *talk);

/* Sends as much as fits of something without end; the server may have gone. */
void talk_press(struct talk *talk);

/* Hears what is there; true at its end. */
bool talk_hear(struct talk *talk);

/* Whether it has still something to say. */
bool talk_goes_on(const struct talk *talk);

/* Waits for what it wants; a late one wants to hear once it can only wait. */
void talk_pause(struct talk *talk);

#endif
