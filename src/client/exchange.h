/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_EXCHANGE_H
#define TLSD_CLIENT_EXCHANGE_H

/*
 * The conversation on an established channel: what is to be sent goes out while the answer
 * comes in, both with one poll(2) and a record's worth of memory, so that an echo server
 * and this client never wait for each other. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;

struct exchange_settings {
	const char *message; /* what to send, or NULL for all of `input_fd` */
	size_t message_size;
	int input_fd, output_fd; /* stay the caller's; may be of any kind */
	int64_t idle_ms; /* 0 for none */
	int64_t
	    end_after_ms; /* silence before the server learns of the end; 0: at once */
};

enum exchange_end {
	EXCHANGE_GOING, /* not yet */
	EXCHANGE_ANSWERED, /* up to the server's close_notify */
	EXCHANGE_CHANNEL, /* failed, see channel_failure() */
	EXCHANGE_IDLE, /* no progress for `idle_ms` */
	EXCHANGE_INPUT, /* could not be read: errno in `error` */
	EXCHANGE_OUTPUT /* could not be written: errno in `error` */
};

struct exchange_outcome {
	enum exchange_end end;
	int error;
	uint64_t bytes_sent, bytes_received; /* of the conversation, without TLS */
};

/*
 * Sends the message or the input and writes each record of the answer to the output as it
 * comes, until the server ends it. Then it is over, even if there were more to send.
 *
 * When the input has ended, the server is told by a close_notify, without ending the TCP
 * connection (RFC 8446, 6.1), for there are servers that read all before they answer. But
 * others take it for a hang-up and drop the answer that they were about to give; so it is
 * sent only when neither side has moved a byte for `end_after_ms`.
 *
 * Idle time counts only while the server is the one to be waited for: when the input has
 * ended, or while it does not take what was sent.
 */
void exchange_run(struct channel *channel, const struct exchange_settings *settings,
    struct exchange_outcome *outcome);

#endif
