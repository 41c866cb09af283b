/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_TALK_H
#define TLSD_TESTS_TALK_H

/*
 * A client that sends and receives at the same time. It sends a stream whose bytes
 * depend on their offsets, and expects an echo: a byte that is lost, doubled or
 * misplaced fails the test. Alternatively, it sends a text and keeps the answer.
 * Failures are reported with Check's assertions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/peer.h"

#define TALK_PIECE 16384

struct talk {
	struct peer *peer;
	const char *words; /* sent instead of the stream; "" for nothing; or NULL */
	size_t size; /* bytes of the stream to send */
	bool late; /* starts reading when it cannot send any more, or has sent all */
	bool open; /* does not send close_notify */
	bool said; /* close_notify has been sent */
	size_t sent, heard;
	int code; /* result of the last read: 0 after a close_notify */
	char answer[4096]; /* to `words`: the first bytes, with a NUL appended */
};

/* Make or expect `size` bytes of the stream from `offset` on; at most TALK_PIECE bytes
 * in stream_check(). */
void stream_fill(char *bytes, size_t size, size_t offset);
void stream_check(const char *bytes, size_t size, size_t offset);

/* Returns a client that has completed its handshake. */
struct peer *talk_meet(unsigned port, const struct peer_options *options);

/* Sends one byte and expects the echo while the connection stays open. */
void talk_expect_echo(struct peer *peer);

/* Sends and receives until the server ends the connection. */
void talk_run(struct talk *talk);

/* A step of talk_run(): sends as much as possible without waiting, and close_notify at the end. */
void talk_speak(struct talk *talk);

/* Sends bytes, without limit, until the client would block or the connection fails. */
void talk_press(struct talk *talk);

/* A step of talk_run(): receives all available bytes. Returns true at the end of the
 * connection. */
bool talk_hear(struct talk *talk);

/* True if the client still has something to send. */
bool talk_goes_on(const struct talk *talk);

/* Waits up to 100 ms until the client can go on. A `late` client starts reading if it
 * cannot send. */
void talk_pause(struct talk *talk);

#endif
