/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_EXCHANGE_H
#define TLSD_CLIENT_CONNECTION_EXCHANGE_H

/*
 * The conversation on an established channel. The client sends while the answer comes in, with
 * one poll(2) and a record's worth of memory. So an echo server and this client never wait for
 * each other. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;

struct exchange_settings {
	const char *message; /* to send, or NULL to send all of `input_fd` */
	size_t message_size;
	int input_fd, output_fd; /* the caller keeps them; may be of any kind */
	int64_t idle_ms; /* 0: no limit */
	int64_t
	    end_after_ms; /* silence before the server is told of the end; 0: at once */
};

enum exchange_end {
	EXCHANGE_GOING, /* not yet ended */
	EXCHANGE_ANSWERED, /* ended with the server's close_notify */
	EXCHANGE_CHANNEL, /* the channel failed: see channel_failure() */
	EXCHANGE_IDLE, /* no progress for `idle_ms` */
	EXCHANGE_INPUT, /* reading it failed: errno in `error` */
	EXCHANGE_OUTPUT /* writing it failed: errno in `error` */
};

struct exchange_outcome {
	enum exchange_end end;
	int error;
	uint64_t bytes_sent, bytes_received; /* of the conversation, without TLS */
};

/*
 * Sends the message or the input, and writes each record of the answer to the output as it
 * comes, until the server ends it. Then the exchange is over, even if there is more to send.
 *
 * At the end of the input, the client sends a close_notify without ending the TCP connection
 * (RFC 8446, 6.1). Some servers read everything before they answer. Others take it for a
 * hang-up and drop their answer. So it is sent only once neither side has moved a byte for
 * `end_after_ms`.
 *
 * Idle time counts only while the server must act: after the end of the input, or while the
 * server does not take the bytes sent.
 */
void exchange_run(struct channel *channel, const struct exchange_settings *settings,
    struct exchange_outcome *outcome);

#endif
