/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client side of TLS on a connected socket. */
#include "client/connection/channel.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alert.h"
#include "base/text/stringlist.h"
#include "client/connection/peerchain.h"
#include "client/options/parameters.h"
#include "client/connection/trace.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/traffic.h"
#include "tls/transport/transport.h"

#define REASON_SIZE 320
#define HANDSHAKE_LIMIT (128 * 1024)
#define EMPTY_MAX 1000 /* calls of the library without data, one after another */

struct channel {
	struct transport transport;
	struct traffic traffic;
	gnutls_session_t session;
	const struct parameters *parameters;
	struct verdict verdict;
	struct trace *trace; /* NULL unless a trace observes */
	int64_t arrived_ns; /* time of the last receive */
	bool established; /* reading does not wait any more */
	bool dry; /* the last read of the socket found nothing */
	unsigned empty; /* records since the last data: tickets, key updates */
	bool heard; /* `first_byte` is valid */
	unsigned char first_byte; /* of all bytes from the server */
	bool ended; /* close_notify is sent, or cannot be */
	enum channel_failure failure;
	char reason[REASON_SIZE];
};

/* Reports received bytes. Bytes in the read-ahead buffer arrived when the socket was last read. */
static void
observe_pull(
    struct channel *channel, const void *bytes, ssize_t n, uint64_t received_before)
{
	if (channel->traffic.in != received_before)
		channel->arrived_ns = deadline_now_ns();
	if (n > 0)
		trace_bytes(
		    channel->trace, TRACE_IN, bytes, (size_t)n, channel->arrived_ns);
}

static ssize_t
pull_bytes(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct channel *channel = pointer;
	uint64_t received = channel->traffic.in;
	ssize_t n = channel->established
	                ? transport_try_read(&channel->transport, bytes, size)
	                : transport_read(&channel->transport, bytes, size);

	channel->dry = n < 0 && errno == EAGAIN;
	if (channel->trace != NULL)
		observe_pull(channel, bytes, n, received);
	if (n > 0 && !channel->heard) {
		channel->heard = true;
		channel->first_byte = *(unsigned char *)bytes;
	}
	return n;
}

static ssize_t
push_bytes(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct channel *channel = pointer;

	if (channel->trace != NULL)
		trace_bytes(channel->trace, TRACE_OUT, bytes, size, deadline_now_ns());
	if (transport_write(&channel->transport, bytes, size) < 0)
		return -1;
	return (ssize_t)size;
}

static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	struct channel *channel = pointer;
	const unsigned char *bytes;
	struct pollfd pollfd = { .fd = channel->transport.fd, .events = POLLIN };

	if (transport_pending(&channel->transport, &bytes) > 0)
		return 1;
	return poll(&pollfd, 1, ms == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)ms);
}

/* Tells the trace, if there is one, the content that the library sends or has read. */
static void
trace_message(const struct channel *channel, enum trace_direction direction,
    enum trace_kind kind, unsigned number, size_t size)
{
	if (channel->trace != NULL)
		trace_content(channel->trace, direction, kind, number, size);
}

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
		trace_message(channel, incoming != 0 ? TRACE_IN : TRACE_OUT,
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

/* Names the server (RFC 6066, 3), unless the name is an IP address. */
static int
set_name(gnutls_session_t session, const char *name)
{
	unsigned char address[16];
	size_t size;

	if (peerchain_parse_ip(name, address, &size))
		return 0;
	return gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, strlen(name));
}

static int
set_alpn(gnutls_session_t session, const struct stringlist *alpn)
{
	if (alpn->count == 0)
		return 0;
	gnutls_datum_t *protocols = calloc(alpn->count, sizeof *protocols);
	if (protocols == NULL)
		return GNUTLS_E_MEMORY_ERROR;
	for (size_t i = 0; i < alpn->count; i++) {
		protocols[i].data = (unsigned char *)alpn->items[i];
		protocols[i].size = (unsigned)strlen(alpn->items[i]);
	}
	int result =
	    gnutls_alpn_set_protocols(session, protocols, (unsigned)alpn->count, 0);
	free(protocols);
	return result;
}

static int
set_resumption(gnutls_session_t session, const gnutls_datum_t *resume)
{
	if (resume->size == 0)
		return 0;
	return gnutls_session_set_data(session, resume->data, resume->size);
}

static int
set_up(struct channel *channel)
{
	const struct parameters *parameters = channel->parameters;
	int result;

	/* The user's certificate is sent even if the server does not list its issuer: the
	 * server's alert says more than our silence. */
	result =
	    gnutls_init(&channel->session, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT);
	if (result < 0)
		return result;
	gnutls_session_t session = channel->session;
	gnutls_session_set_ptr(session, channel);
	gnutls_transport_set_ptr(session, channel);
	gnutls_transport_set_pull_function(session, pull_bytes);
	gnutls_transport_set_push_function(session, push_bytes);
	gnutls_transport_set_pull_timeout_function(session, pull_timeout);
	gnutls_session_set_verify_function(session, verify_server);
	gnutls_handshake_set_max_packet_length(session, HANDSHAKE_LIMIT);
	if ((result = gnutls_priority_set(session, parameters->priority)) < 0 ||
	    (result = gnutls_credentials_set(
		 session, GNUTLS_CRD_CERTIFICATE, parameters->credentials)) < 0 ||
	    (result = set_name(session, parameters->name)) < 0 ||
	    (result = set_resumption(session, &parameters->resume)) < 0)
		return result;
	return set_alpn(session, parameters->alpn);
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
	int result = transport_init(&channel->transport);
	transport_attach(&channel->transport, fd, false);
	transport_count(&channel->transport, &channel->traffic);
	if (result < 0 || set_up(channel) < 0) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

void
channel_observe(struct channel *channel, struct trace *trace)
{
	channel->trace = trace;
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
	close(channel->transport.fd);
	transport_fini(&channel->transport);
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

	trace_message(channel, TRACE_IN, TRACE_ALERT, alert, 2);
	if (alert == GNUTLS_A_NO_APPLICATION_PROTOCOL)
		hint = ": offer one that it supports with --alpn";
	else if (alert == GNUTLS_A_UNRECOGNIZED_NAME)
		hint = ": it has no such name: give another with --servername";
	else if (!channel->parameters->has_certificate &&
		 gnutls_certificate_client_get_request_status(channel->session) != 0)
		hint = ": it asked for a client certificate and got none: give one "
		       "with --cert FILE";
	set_failure(channel, CHANNEL_REFUSED, "the server refused: %s (alert %u)%s",
	    alert_name(alert), alert, hint);
}

/* True if the first byte is not a record type: 20 to 23, and 24 for heartbeats (RFC 8446, B.1). */
static bool
is_not_tls(const struct channel *channel)
{
	return channel->heard && (channel->first_byte < 20 || channel->first_byte > 24);
}

/* Turns the library's code into a failure. */
static void
fail_by_code(struct channel *channel, int code)
{
	const struct transport *transport = &channel->transport;

	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		fail_by_alert(channel);
	} else if (channel->verdict.reached && !channel->verdict.trusted &&
		   !channel->parameters->insecure) {
		set_failure(
		    channel, CHANNEL_UNTRUSTED, "the certificate is not trusted");
	} else if (is_not_tls(channel)) {
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
	trace_message(channel, TRACE_OUT, TRACE_ALERT, (unsigned)alert, 2);
	gnutls_alert_send(
	    channel->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert);
	transport_flush(&channel->transport);
}

int
channel_handshake(struct channel *channel, struct deadline deadline)
{
	int code;

	transport_set_deadline(&channel->transport, deadline, 0);
	do
		code = gnutls_handshake(channel->session);
	while (code < 0 && !gnutls_error_is_fatal(code) &&
	       channel->transport.failure == TRANSPORT_FINE &&
	       !deadline_passed(deadline));
	if (code < 0) {
		fail_by_code(channel, code);
		send_alert(channel, code);
		return -1;
	}
	channel->established = true;
	transport_set_deadline(&channel->transport, deadline_never(), 0);
	return 0;
}

int
channel_renegotiate(struct channel *channel, struct deadline deadline)
{
	int code;

	channel->established = false; /* to wait again */
	transport_set_deadline(&channel->transport, deadline, 0);
	do
		code = gnutls_handshake(channel->session);
	while ((code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) &&
	       channel->transport.failure == TRANSPORT_FINE &&
	       !deadline_passed(deadline));
	channel->established = true;
	return code < 0 ? -1 : 0;
}

/* Handles a result of the library that is not data: something to skip, or the end. */
static enum channel_event
handle_code(struct channel *channel, ssize_t code)
{
	if (code == 0) {
		trace_message(channel, TRACE_IN, TRACE_ALERT, GNUTLS_A_CLOSE_NOTIFY, 2);
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

enum channel_event
channel_read(struct channel *channel, void *bytes, size_t size, size_t *got)
{
	enum channel_event event;

	/* The library returns after a ticket or a key update: only a dry socket ends the loop. */
	do {
		channel->dry = false;
		ssize_t n = gnutls_record_recv(channel->session, bytes, size);
		if (n > 0) {
			*got = (size_t)n;
			channel->empty = 0;
			trace_message(channel, TRACE_IN, TRACE_DATA, 0, (size_t)n);
			return CHANNEL_DATA;
		}
		event = handle_code(channel, n);
		if (event == CHANNEL_WAIT && !channel->dry)
			event = count_empty(channel);
	} while (event == CHANNEL_WAIT && !channel->dry);
	return event;
}

int
channel_write(struct channel *channel, const void *bytes, size_t size)
{
	const char *from = bytes;

	assert(size <= CHANNEL_PART && !channel_unsent(channel));
	trace_message(channel, TRACE_OUT, TRACE_DATA, 0, size);
	while (size > 0) {
		ssize_t n = gnutls_record_send(channel->session, from, size);
		if (n <= 0)
			return -1; /* push_bytes() waits, so there is nothing to try again */
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

int
channel_end(struct channel *channel)
{
	channel->ended = true;
	trace_message(channel, TRACE_OUT, TRACE_ALERT, GNUTLS_A_CLOSE_NOTIFY, 2);
	return gnutls_bye(channel->session, GNUTLS_SHUT_WR) < 0 ? -1 : 0;
}

int
channel_flush(struct channel *channel)
{
	if (transport_try_flush(&channel->transport) == 0 || errno == EAGAIN ||
	    errno == EINTR)
		return 0;
	channel->ended = true;
	return -1;
}

bool
channel_unsent(const struct channel *channel)
{
	return channel->transport.out.end > 0;
}

bool
channel_pending(const struct channel *channel)
{
	const unsigned char *bytes;

	return gnutls_record_check_pending(channel->session) > 0 ||
	       transport_pending(&channel->transport, &bytes) > 0;
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
	return channel->transport.fd;
}

gnutls_session_t
channel_session(const struct channel *channel)
{
	return channel->session;
}

int
channel_ticket(const struct channel *channel, gnutls_datum_t *ticket)
{
	unsigned flags = gnutls_session_get_flags(channel->session);
	gnutls_datum_t id = { NULL, 0 };

	/* The library would wait for a ticket that has not come. */
	if ((flags & GNUTLS_SFLAGS_SESSION_TICKET) == 0 &&
	    (gnutls_protocol_get_version(channel->session) >= GNUTLS_TLS1_3 ||
		gnutls_session_get_id2(channel->session, &id) < 0 || id.size == 0))
		return -1;
	return gnutls_session_get_data2(channel->session, ticket) < 0 ? -1 : 0;
}

uint64_t
channel_wire_bytes(const struct channel *channel)
{
	return channel->traffic.in + channel->traffic.out;
}
