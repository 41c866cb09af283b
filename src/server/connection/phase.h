/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_PHASE_H
#define TLSD_SERVER_CONNECTION_PHASE_H

/* The phases of a connection's life, in their order. */
enum phase {
	PHASE_HELLO, /* the main thread waits for its ClientHello */
	PHASE_HOLD, /* admitted, but its service has all its workers */
	PHASE_QUEUE, /* waits for a worker */
	PHASE_PARKED, /* the main thread waits for its client, in any later phase */
	PHASE_HANDSHAKE, /* a worker does the handshake */
	PHASE_ANSWER, /* a worker answers */
	PHASE_CLOSE, /* a worker sends and receives close_notify */
	PHASE_LINGER, /* the main thread waits for the client to close too */
	PHASE_COUNT
};

/* Returns its word, such as "hello". */
const char *phase_name(enum phase phase);

#endif
