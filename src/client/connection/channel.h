/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_CHANNEL_H
#define TLSD_CLIENT_CONNECTION_CHANNEL_H

/*
 * The client side of TLS on a connected socket. The handshake waits until it is done or its
 * deadline passes. Afterwards nothing waits, so that one poll(2) can serve both directions. One
 * thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <gnutls/gnutls.h>

#include "base/deadline.h"
#include "client/connection/verdict.h"

struct channel;
struct parameters;
struct trace;

enum channel_failure {
	CHANNEL_FINE,
	CHANNEL_UNTRUSTED, /* the verdict has the reasons */
	CHANNEL_REFUSED, /* by an alert from the server */
	CHANNEL_TIMED_OUT,
	CHANNEL_ENDED, /* the server closed the connection without a close_notify */
	CHANNEL_BROKEN, /* reset, or another error of the socket */
	CHANNEL_NOT_TLS, /* the server does not speak TLS */
	CHANNEL_PROTOCOL /* the server violated the protocol, or cannot agree */
};

enum channel_event {
	CHANNEL_DATA, /* bytes came */
	CHANNEL_WAIT, /* nothing to read now */
	CHANNEL_CLOSED, /* close_notify: the answer is whole */
	CHANNEL_FAILED /* see channel_failure() */
};

/* Makes a channel; NULL if memory is exhausted. Takes ownership of `fd` in either case. */
struct channel *channel_new(int fd, const struct parameters *parameters);

/* Closes the socket without a close_notify. */
void channel_free(struct channel *channel);

/* Reports all later events to `trace`, which must outlive the channel. */
void channel_observe(struct channel *channel, struct trace *trace);

/*
 * Makes the handshake and verifies the server's certificate. Returns 0, or -1 with
 * channel_failure(). With TLS 1.3, success says nothing about this client's certificate: a
 * server refuses it when the client reads (RFC 8446, 4.4.2.4 and 4.4.3).
 */
int channel_handshake(struct channel *channel, struct deadline deadline);

/* Asks for another handshake on an established channel of TLS 1.2 or older. Returns 0 if the
 * server agreed. Returns -1 otherwise; then the channel is of no more use. */
int channel_renegotiate(struct channel *channel, struct deadline deadline);

/*
 * Reads up to `size` bytes of the answer, `*got` of them with CHANNEL_DATA. Fails if the server
 * sends a thousand records in a row without data, such as tickets and key updates.
 */
enum channel_event channel_read(
    struct channel *channel, void *bytes, size_t size, size_t *got);

/*
 * Encrypts and keeps `size` bytes, at most CHANNEL_PART, for channel_flush(). Call it only when
 * channel_unsent() is false. Returns 0, or -1 if the connection takes no more. channel_read()
 * may still return an answer then.
 */
#define CHANNEL_PART 16384
int channel_write(struct channel *channel, const void *bytes, size_t size);

/* Encrypts and keeps a close_notify for channel_flush(). Returns 0 or -1. */
int channel_end(struct channel *channel);

/* Sends as much as the socket takes now. Returns 0, or -1 if it takes no more at all. */
int channel_flush(struct channel *channel);

/* True if there are bytes for channel_flush(). */
bool channel_unsent(const struct channel *channel);

/* True if channel_read() has bytes without reading the socket. */
bool channel_pending(const struct channel *channel);

/* Ends the connection in order. Sends a close_notify if it has not been sent, as far as the
 * socket takes it at once. */
void channel_close(struct channel *channel);

/* Return the first failure, and its text, without a verdict's reasons. */
enum channel_failure channel_failure(const struct channel *channel);
const char *channel_reason(const struct channel *channel);

/* Returns the verdict on the certificate; it is not reached if the handshake failed before. */
const struct verdict *channel_verdict(const struct channel *channel);

/* Returns the server's alert after CHANNEL_REFUSED. */
unsigned channel_alert(const struct channel *channel);

/* Return the socket for poll(2), and the session for its parameters. The channel keeps both. */
int channel_fd(const struct channel *channel);
gnutls_session_t channel_session(const struct channel *channel);

/*
 * Gets session data to resume later into `ticket`, which must be empty: a ticket, or in TLS 1.2
 * a session identifier. The channel has completed the handshake. Until there are such data,
 * channel_read() looks for them, because a ticket of TLS 1.3 may come at any time (RFC 8446,
 * 4.6.1). Without any, `ticket` stays empty. It must last as long as the channel is read. The
 * caller calls gnutls_free(ticket->data).
 */
void channel_collect_ticket(struct channel *channel, gnutls_datum_t *ticket);

/* Returns the bytes on the wire, in and out. It grows whenever there is progress. */
uint64_t channel_wire_bytes(const struct channel *channel);

#endif
