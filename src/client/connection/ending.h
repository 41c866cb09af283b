/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_ENDING_H
#define TLSD_CLIENT_CONNECTION_ENDING_H

/* The end of a conversation whose content does not matter to this client. One thread. */

#include <stddef.h>
#include <stdint.h>

struct channel;
struct options;

enum ending_kind {
	ENDING_CLOSE_NOTIFY, /* in order (RFC 8446, 6.1) */
	ENDING_CUT, /* TCP's end of stream, without close_notify */
	ENDING_REFUSED, /* an alert: see channel_alert() */
	ENDING_BROKEN, /* reset, or a protocol error: see channel_reason() */
	ENDING_LONG, /* a mebibyte was read without an end */
	ENDING_SILENT /* the server did not end it in time */
};

struct ending {
	enum ending_kind kind;
	uint64_t bytes; /* of the answer */
};

/*
 * Sends the message of `options`, if there is one, and drops the answer until the server ends
 * it. After a second of silence (or half of a shorter time-out) it sends a close_notify. Then
 * the server has as long again to end its side. All together takes at most the time-out of
 * `options`, or ten seconds, and a mebibyte.
 */
struct ending ending_await(struct channel *channel, const struct options *options);

#endif
