/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_ENDING_H
#define TLSD_CLIENT_ENDING_H

/* How a server ends a conversation that this client does not care for. One thread. */

#include <stddef.h>
#include <stdint.h>

struct channel;
struct options;

enum ending_kind {
	ENDING_CLOSE_NOTIFY, /* in order (RFC 8446, 6.1) */
	ENDING_CUT, /* the end of TCP's stream, without close_notify */
	ENDING_REFUSED, /* an alert: see channel_alert() */
	ENDING_BROKEN, /* reset, or against the protocol: see channel_reason() */
	ENDING_LONG, /* after a mebibyte it was not listened to any more */
	ENDING_SILENT /* it did not end it in time */
};

struct ending {
	enum ending_kind kind;
	uint64_t bytes; /* of the answer */
};

/*
 * Sends the message of `options`, if there is one, and drops the answer until the server
 * ends it. After a second of silence (or half of a shorter time-out) the server is told by
 * a close_notify that nothing more will come, and has as long again to end its side. All
 * together takes at most the time-out of `options`, or ten seconds, and a mebibyte.
 */
struct ending ending_await(struct channel *channel, const struct options *options);

#endif
