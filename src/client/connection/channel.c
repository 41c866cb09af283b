/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client side of TLS on a connected socket. */
#include "client/connection/channel.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alert.h"
#include "client/options/parameters.h"
#include "client/connection/tlssocket.h"
#include "client/connection/trace.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/transport.h"

#define REASON_SIZE 320
#define HANDSHAKE_LIMIT (128 * 1024)
#define EMPTY_MAX 1000 /* calls of the library without data, one after another */

struct channel {
	struct tlssocket socket;
	gnutls_session_t session;
	const struct parameters *parameters;
	struct verdict verdict;
	unsigned empty; /* records since the last data: tickets, key updates */
	bool ended; /* close_notify is sent, or cannot be */
	gnutls_datum_t *ticket; /* for channel_collect_ticket(), or NULL */
	enum channel_failure failure;
	char reason[REASON_SIZE];
};

/* Called by the library for each message of the handshake, before it handles the message. */
static int
watch_handshake(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	const struct channel *channel = gnutls_session_get_ptr(session);

	(void)when;
	if (type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST)
		type = TRACE_HELLO_RETRY;
	if (type != GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC)
		tlssocket_trace(&channel->socket, incoming != 0 ? TRACE_IN : TRACE_OUT,
		    TRACE_HANDSHAKE, type, message->size);
	return 0;
}

/* Called by the library during the handshake, before the client's certificate or message is
 * sent. */
static int
verify_server(gnutls_session_t session)
{
	struct channel *channel = gnutls_session_get_ptr(session);

	verdict_reach(&channel->verdict, session, channel->parameters->name);
	return channel->verdict.trusted || channel->parameters->insecure ? 0 : -1;
}

static int
set_up(struct channel *channel)
{
	int result = tlssocket_make_session(
	    &channel->socket, &channel->session, channel->parameters, 0);

	if (result < 0)
		return result;
	gnutls_session_set_ptr(channel->session, channel);
	gnutls_session_set_verify_function(channel->session, verify_server);
	gnutls_handshake_set_max_packet_length(channel->session, HANDSHAKE_LIMIT);
	return 0;
}

struct channel *
channel_new(int fd, const struct parameters *parameters)
{
	struct channel *channel = calloc(1, sizeof *channel);

	if (channel == NULL) {
		close(fd);
		return NULL;
	}
	channel->parameters = parameters;
	int result = tlssocket_init(&channel->socket);
	tlssocket_attach(&channel->socket, fd, false);
	if (result < 0 || set_up(channel) < 0) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

void
channel_observe(struct channel *channel, struct trace *trace)
{
	channel->socket.trace = trace;
	gnutls_handshake_set_hook_function(
	    channel->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, watch_handshake);
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	if (channel->session != NULL)
		gnutls_deinit(channel->session);
	verdict_fini(&channel->verdict);
	close(channel->socket.transport.fd);
	tlssocket_fini(&channel->socket);
	free(channel);
}

static void __attribute__((format(printf, 3, 4))) set_failure(
    struct channel *channel, enum channel_failure failure, const char *format, ...)
{
	va_list args;

	if (channel->failure != CHANNEL_FINE)
		return;
	channel->failure = failure;
	va_start(args, format);
	vsnprintf(channel->reason, sizeof channel->reason, format, args);
	va_end(args);
}

static void
fail_by_alert(struct channel *channel)
{
	unsigned alert = gnutls_alert_get(channel->session);
	const char *hint = "";

	tlssocket_trace(&channel->socket, TRACE_IN, TRACE_ALERT, alert, 2);
	if (alert == GNUTLS_A_NO_APPLICATION_PROTOCOL)
		hint = ": offer one that it supports with --alpn";
	else if (alert == GNUTLS_A_UNRECOGNIZED_NAME)
		hint = ": it has no such name: give another with --servername";
	else if (alert == GNUTLS_A_DECRYPT_ERROR && channel->parameters->psk != NULL)
		hint = ": it has no such identity, or another key: correct --psk-file";
	else if (!channel->parameters->has_certificate &&
		 gnutls_certificate_client_get_request_status(channel->session) != 0)
		hint = ": it asked for a client certificate and got none: give one "
		       "with --cert FILE";
	set_failure(channel, CHANNEL_REFUSED, "the server refused: %s (alert %u)%s",
	    alert_name(alert), alert, hint);
}

/* Turns the library's code into a failure. */
static void
fail_by_code(struct channel *channel, int code)
{
	const struct transport *transport = &channel->socket.transport;

	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		fail_by_alert(channel);
	} else if (channel->verdict.reached && !channel->verdict.trusted &&
		   !channel->parameters->insecure) {
		set_failure(
		    channel, CHANNEL_UNTRUSTED, "the certificate is not trusted");
	} else if (tlssocket_is_not_tls(&channel->socket)) {
		set_failure(channel, CHANNEL_NOT_TLS, "the answer is not TLS");
	} else if (transport->failure == TRANSPORT_END) {
		set_failure(channel, CHANNEL_ENDED, "the server closed the connection");
	} else if (transport->failure == TRANSPORT_BROKEN) {
		errno = transport->error;
		set_failure(channel, CHANNEL_BROKEN, "the connection broke: %m");
	} else if (transport->failure != TRANSPORT_FINE ||
		   !gnutls_error_is_fatal(code)) {
		set_failure(channel, CHANNEL_TIMED_OUT, "timed out");
	} else {
		set_failure(channel, CHANNEL_PROTOCOL, "%s", gnutls_strerror(code));
	}
}

/* Sends the alert for a failure, unless the server is the one that gave up. */
static void
send_alert(struct channel *channel, int code)
{
	int level, alert;

	if (channel->failure == CHANNEL_UNTRUSTED)
		alert = channel->verdict.alert;
	else if (channel->failure == CHANNEL_PROTOCOL)
		alert = gnutls_error_to_alert(code, &level);
	else
		return;
	tlssocket_trace(&channel->socket, TRACE_OUT, TRACE_ALERT, (unsigned)alert, 2);
	gnutls_alert_send(
	    channel->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert);
	transport_flush(&channel->socket.transport);
}

int
channel_handshake(struct channel *channel, struct deadline deadline)
{
	int code;

	transport_set_deadline(&channel->socket.transport, deadline, 0);
	do
		code = gnutls_handshake(channel->session);
	while (code < 0 && !gnutls_error_is_fatal(code) &&
	       channel->socket.transport.failure == TRANSPORT_FINE &&
	       !deadline_passed(deadline));
	if (code < 0) {
		fail_by_code(channel, code);
		send_alert(channel, code);
		return -1;
	}
	channel->socket.waits = false;
	transport_set_deadline(&channel->socket.transport, deadline_never(), 0);
	return 0;
}

int
channel_renegotiate(struct channel *channel, struct deadline deadline)
{
	int code;

	channel->socket.waits = true;
	transport_set_deadline(&channel->socket.transport, deadline, 0);
	do
		code = gnutls_handshake(channel->session);
	while ((code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) &&
	       channel->socket.transport.failure == TRANSPORT_FINE &&
	       !deadline_passed(deadline));
	channel->socket.waits = false;
	return code < 0 ? -1 : 0;
}

/* Handles a result of the library that is not data: something to skip, or the end. */
static enum channel_event
handle_code(struct channel *channel, ssize_t code)
{
	if (code == 0) {
		tlssocket_trace(
		    &channel->socket, TRACE_IN, TRACE_ALERT, GNUTLS_A_CLOSE_NOTIFY, 2);
		return CHANNEL_CLOSED;
	}
	if (code == GNUTLS_E_REHANDSHAKE) {
		/* RFC 5246, 7.4.1.1: a client may decline, and this one does. */
		gnutls_alert_send(
		    channel->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
		return CHANNEL_WAIT;
	}
	if (!gnutls_error_is_fatal((int)code))
		return CHANNEL_WAIT;
	fail_by_code(channel, (int)code);
	send_alert(channel, (int)code);
	return CHANNEL_FAILED;
}

/* Fails after a flood of records without data, which would be read for ever. */
static enum channel_event
count_empty(struct channel *channel)
{
	if (++channel->empty <= EMPTY_MAX)
		return CHANNEL_WAIT;
	set_failure(
	    channel, CHANNEL_PROTOCOL, "more than %d records without data", EMPTY_MAX);
	send_alert(channel, GNUTLS_E_UNEXPECTED_PACKET);
	return CHANNEL_FAILED;
}

/* True if the library has session data and need not wait for a ticket. */
static bool
can_resume(gnutls_session_t session)
{
	gnutls_datum_t id = { NULL, 0 };

	return (gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) !=
	           0 ||
	       (gnutls_protocol_get_version(session) < GNUTLS_TLS1_3 &&
		   gnutls_session_get_id2(session, &id) == 0 && id.size > 0);
}

/* Called after each record, because the library drops the data at an end without close_notify. */
static void
take_ticket(struct channel *channel)
{
	if (channel->ticket == NULL || !can_resume(channel->session) ||
	    gnutls_session_get_data2(channel->session, channel->ticket) < 0)
		return;
	channel->ticket = NULL;
}

void
channel_collect_ticket(struct channel *channel, gnutls_datum_t *ticket)
{
	channel->ticket = ticket;
	take_ticket(channel);
}

enum channel_event
channel_read(struct channel *channel, void *bytes, size_t size, size_t *got)
{
	enum channel_event event;

	/* The library returns after a ticket or a key update: only a dry socket ends the loop. */
	do {
		channel->socket.dry = false;
		ssize_t n = gnutls_record_recv(channel->session, bytes, size);
		if (n > 0) {
			*got = (size_t)n;
			channel->empty = 0;
			tlssocket_trace(
			    &channel->socket, TRACE_IN, TRACE_DATA, 0, (size_t)n);
			return CHANNEL_DATA;
		}
		event = handle_code(channel, n);
		take_ticket(channel);
		if (event == CHANNEL_WAIT && !channel->socket.dry)
			event = count_empty(channel);
	} while (event == CHANNEL_WAIT && !channel->socket.dry);
	return event;
}

int
channel_write(struct channel *channel, const void *bytes, size_t size)
{
	const char *from = bytes;

	assert(size <= CHANNEL_PART && !channel_unsent(channel));
	tlssocket_trace(&channel->socket, TRACE_OUT, TRACE_DATA, 0, size);
	while (size > 0) {
		ssize_t n = gnutls_record_send(channel->session, from, size);
		if (n <= 0)
			return -1; /* sending waits, so there is nothing to try again */
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

int
channel_end(struct channel *channel)
{
	channel->ended = true;
	tlssocket_trace(
	    &channel->socket, TRACE_OUT, TRACE_ALERT, GNUTLS_A_CLOSE_NOTIFY, 2);
	return gnutls_bye(channel->session, GNUTLS_SHUT_WR) < 0 ? -1 : 0;
}

int
channel_flush(struct channel *channel)
{
	if (transport_try_flush(&channel->socket.transport) == 0 || errno == EAGAIN ||
	    errno == EINTR)
		return 0;
	channel->ended = true;
	return -1;
}

bool
channel_unsent(const struct channel *channel)
{
	return channel->socket.transport.out.end > 0;
}

bool
channel_pending(const struct channel *channel)
{
	const unsigned char *bytes;

	return gnutls_record_check_pending(channel->session) > 0 ||
	       transport_pending(&channel->socket.transport, &bytes) > 0;
}

void
channel_close(struct channel *channel)
{
	if (channel->failure != CHANNEL_FINE)
		return;
	if (!channel->ended)
		channel_end(channel);
	channel_flush(channel);
}

enum channel_failure
channel_failure(const struct channel *channel)
{
	return channel->failure;
}

const char *
channel_reason(const struct channel *channel)
{
	return channel->reason;
}

unsigned
channel_alert(const struct channel *channel)
{
	return gnutls_alert_get(channel->session);
}

const struct verdict *
channel_verdict(const struct channel *channel)
{
	return &channel->verdict;
}

int
channel_fd(const struct channel *channel)
{
	return channel->socket.transport.fd;
}

gnutls_session_t
channel_session(const struct channel *channel)
{
	return channel->session;
}

uint64_t
channel_wire_bytes(const struct channel *channel)
{
	return channel->socket.traffic.in + channel->socket.traffic.out;
}
