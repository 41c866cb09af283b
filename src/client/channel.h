/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHANNEL_H
#define TLSD_CLIENT_CHANNEL_H

/*
 * TLS on a connected socket, seen from the client. The handshake waits until it is done or
 * its deadline passes; afterwards nothing waits, so that one poll(2) can serve both
 * directions. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <gnutls/gnutls.h>

#include "base/deadline.h"
#include "client/verdict.h"

struct channel;
struct parameters;
struct trace;

enum channel_failure {
	CHANNEL_FINE,
	CHANNEL_UNTRUSTED, /* the verdict tells why */
	CHANNEL_REFUSED, /* by an alert from the server */
	CHANNEL_TIMED_OUT,
	CHANNEL_ENDED, /* the server closed the connection without a close_notify */
	CHANNEL_BROKEN, /* reset, or another error of the socket */
	CHANNEL_NOT_TLS, /* something else answers there */
	CHANNEL_PROTOCOL /* the server broke the rules, or cannot agree with us */
};

enum channel_event {
	CHANNEL_DATA, /* bytes came */
	CHANNEL_WAIT, /* nothing now */
	CHANNEL_CLOSED, /* close_notify: the answer is whole */
	CHANNEL_FAILED /* see channel_failure() */
};

/* Takes ownership of `fd`, whatever comes. NULL when memory is exhausted. */
struct channel *channel_new(int fd, const struct parameters *parameters);

/* Closes the socket without any farewell. */
void channel_free(struct channel *channel);

/* Has everything from now on told to `trace`, which must outlive the channel. */
void channel_observe(struct channel *channel, struct trace *trace);

/*
 * The handshake, with the verification of the server's certificate in it. 0, or -1 and
 * channel_failure() tells what happened. With TLS 1.3, success says nothing about this
 * client's certificate: a server that refuses it does so when the client reads
 * (RFC 8446, 4.4.2.4 and 4.4.3).
 */
int channel_handshake(struct channel *channel, struct deadline deadline);

/* Asks for another handshake on an established channel of TLS 1.2 or older. 0 when the
 * server went along; -1 otherwise, and then the channel is of no more use. */
int channel_renegotiate(struct channel *channel, struct deadline deadline);

/*
 * Up to `size` bytes of the answer, `*got` of them with CHANNEL_DATA. A server that sends a
 * thousand records in a row without any has failed: tickets and key updates are no answer.
 */
enum channel_event channel_read(
    struct channel *channel, void *bytes, size_t size, size_t *got);

/*
 * Encrypts and keeps `size` bytes, at most CHANNEL_PART, for channel_flush(); to be called
 * when channel_unsent() is false. 0, or -1 when the connection does not take any more:
 * whether the answer came nevertheless is for channel_read() to say.
 */
#define CHANNEL_PART 16384
int channel_write(struct channel *channel, const void *bytes, size_t size);

/* Tells the server, likewise, that nothing more will come (close_notify). */
int channel_end(struct channel *channel);

/* Sends what the socket takes now. 0, or -1 when it does not take any more at all. */
int channel_flush(struct channel *channel);

/* True while there is something for channel_flush(). */
bool channel_unsent(const struct channel *channel);

/* True while channel_read() has something without a look at the socket. */
bool channel_pending(const struct channel *channel);

/* Ends the connection in order: close_notify if it was not sent, as far as the socket
 * takes it at once. */
void channel_close(struct channel *channel);

/* The first failure. channel_reason() has it in words, without a verdict's reasons. */
enum channel_failure channel_failure(const struct channel *channel);
const char *channel_reason(const struct channel *channel);

/* What verification found; not reached if the handshake failed before. */
const struct verdict *channel_verdict(const struct channel *channel);

/* What the server's alert said, if CHANNEL_REFUSED. */
unsigned channel_alert(const struct channel *channel);

/* For poll(2), and for what was negotiated; both stay the channel's. */
int channel_fd(const struct channel *channel);
gnutls_session_t channel_session(const struct channel *channel);

/*
 * What a later connection can resume this session with: a ticket that was read, or
 * in TLS 1.2 an identifier. 0, or -1 without; gnutls_free(ticket->data) is the caller's.
 */
int channel_ticket(const struct channel *channel, gnutls_datum_t *ticket);

/* Bytes on the wire, in and out: it grows whenever there is progress. */
uint64_t channel_wire_bytes(const struct channel *channel);

#endif
