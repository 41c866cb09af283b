/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TLS session on the server side, over a transport. */
#include "tls/session/session.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/net/address.h"
#include "base/alert.h"
#include "base/text/text.h"
#include "tls/session/earlydata.h"
#include "tls/keys/clientcaps.h"
#include "tls/clientauth/clientauth.h"
#include "tls/hello/clienthello.h"
#include "tls/session/context.h"
#include "tls/session/negotiated.h"
#include "tls/session/peercert.h"
#include "tls/session/fault.h"
#include "tls/session/hiddenname.h"
#include "tls/x509/identity.h"
#include "tls/transport/recordguard.h"
#include "tls/clientauth/refusal.h"
#include "tls/x509/servername.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/pause.h"
#include "tls/transport/pollwait.h"
#include "tls/transport/transport.h"

#define RECORD_MAX 16384 /* the most that one holds: RFC 8446, 5.1 */
/* The library counts a little more than the bytes of a message. A certificate chain is the
 * longest message that follows the hello. */
#define HELLO_MAX (CLIENTHELLO_SIZE_MAX + 256)
#define HANDSHAKE_MESSAGE_MAX (32 * 1024 + 260)
#define CONTROL_ROOM 1024 /* for alerts, close_notify and an update of keys */

struct session {
	const struct offer *offer; /* presented; the first member, for pairs.h */
	gnutls_session_t tls;
	struct transport *transport;
	const struct context *context;
	struct fault fault;
	struct recordguard records;
	struct earlydata ahead;
	bool greeted; /* a hello was read */
	bool lists_versions; /* the last hello has the list */
	unsigned versions; /* those: clienthello.h */
	bool judged; /* the client's certificate, or its absence, was checked */
	bool handshaken, has_tickets;
	bool trying; /* the library must not wait for input */
	bool ended; /* our close_notify is written */
	enum session_end end; /* of the client's side */
	bool excused; /* the client needs nothing more from us */
	bool
	    end_held; /* our side of the connection is still open after session_finish() */
	uint64_t bytes_in, bytes_out; /* of application data */
	int64_t written; /* the end of these data in the transport's output */
	char host[SERVERNAME_MAX_SIZE + 1]; /* that the client named; "" for none */
	struct clientcaps client; /* from its hello, if there is a choice of pairs */
	struct identity *identity; /* NULL: the client gave no certificate */
	uint64_t id;
	const struct address *peer, *local; /* NULL: the socket knows */
	int refusal_alert; /* for a client whose certificate was refused, or -1 */
};

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct session *session = pointer;

	if (earlydata_opens(&session->ahead)) {
		gnutls_transport_set_errno(session->tls, EAGAIN);
		return -1;
	}
	if (recordguard_want(&session->records, size, session->handshaken)) {
		gnutls_transport_set_errno(session->tls, EPROTO);
		return -1;
	}
	ssize_t n = session->trying
	                ? transport_try_read(session->transport, bytes, size)
	                : transport_read(session->transport, bytes, size);

	if (n < 0)
		gnutls_transport_set_errno(session->tls, errno);
	else {
		recordguard_take(&session->records, bytes, (size_t)n);
		recordguard_mend(&session->records, bytes, (size_t)n,
		    gnutls_protocol_get_version(session->tls) == GNUTLS_TLS1_3);
	}
	return n;
}

/* The library calls this only for its own time-outs, which are not used. */
static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	(void)pointer;
	(void)ms;
	return 1;
}

/* Drops output to a client that takes nothing more: the library would not read on after a
 * failure, and the client may have sent something before it left. */
static ssize_t
push(gnutls_transport_ptr_t pointer, const giovec_t *parts, int count)
{
	struct session *session = pointer;
	ssize_t total = 0;

	for (int i = 0; i < count; i++) {
		if (!transport_is_deaf(session->transport) &&
		    transport_write(
			session->transport, parts[i].iov_base, parts[i].iov_len) < 0) {
			gnutls_transport_set_errno(session->tls, errno);
			return -1;
		}
		total += (ssize_t)parts[i].iov_len;
	}
	return total;
}

/* Secrets stay here, regardless of SSLKEYLOGFILE in the daemon's environment. */
static int
keep_secret(gnutls_session_t tls, const char *label, const gnutls_datum_t *secret)
{
	struct session *session = gnutls_session_get_ptr(tls);

	(void)secret;
	earlydata_note_secret(&session->ahead, label);
	return 0;
}

/* True if the hello names the host by which the client was routed. RFC 8446, 4.1.2: a second
 * hello repeats the first one. */
static bool
names_host(const struct session *session, const struct clienthello *hello)
{
	return hello->name == NULL
	           ? session->host[0] == '\0'
	           : strlen(session->host) == hello->name_size &&
	                 memcmp(session->host, hello->name, hello->name_size) == 0;
}

/* Called before the library reads a hello: the first one, or one that it has asked for. */
static int
read_hello(struct session *session, const gnutls_datum_t *message)
{
	struct clienthello hello;
	bool first = !session->greeted;

	session->greeted = true;
	if (clienthello_read_body(message->data, message->size, &hello) < 0)
		return GNUTLS_E_UNEXPECTED_PACKET_LENGTH;
	if (!names_host(session, &hello))
		return GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
	session->lists_versions = hello.lists_versions;
	session->versions = hello.versions;
	if (context_chooses_pairs(session->context))
		clientcaps_read(&session->client, context_policy(session->context),
		    message->data, message->size);
	if (!hiddenname_is_needed(&hello)) {
		if (context_chooses_ticket_keys(session->context))
			context_choose_ticket_key(session->context, session->tls,
			    message->data, message->size);
		return 0;
	}
	if (!first)
		return 0;
	hiddenname_hide(session->tls);
	return context_bind_tickets(session->context, session->tls, hello.said,
		   hello.said_size, message->data, message->size) < 0
	           ? GNUTLS_E_INTERNAL_ERROR
	           : 0;
}

/* RFC 8446, 4.2.1: a client that lists versions gets one of them. The library ignores the list
 * if TLS 1.3 is not enabled. */
static bool
offers_version(const struct session *session, unsigned version)
{
	return !session->lists_versions ||
	       (session->versions >> (version - GNUTLS_SSL3) & 1) != 0;
}

/* Called once the version is known, and before the suite is chosen. */
static int
on_version(gnutls_session_t tls)
{
	struct session *session = gnutls_session_get_ptr(tls);
	unsigned version = gnutls_protocol_get_version(tls);

	if (!offers_version(session, version))
		return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
	session->offer = context_choose(session->context,
	    session->host[0] != '\0' ? session->host : NULL, &session->client,
	    version == GNUTLS_TLS1_3);
	return version == GNUTLS_TLS1_2 ? context_equip_tls12(session->context, tls)
	                                : 0;
}

/* RFC 5246 has no alert for a client that gave no certificate. */
static unsigned
alert_for(const struct session *session, const struct refusal *refusal)
{
	return refusal->alert == GNUTLS_A_CERTIFICATE_REQUIRED &&
	               gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3
	           ? GNUTLS_A_HANDSHAKE_FAILURE
	           : refusal->alert;
}

/*
 * Returns 0 if the client is accepted, with or without a certificate. The library calls this
 * when it has the client's answer to its request, but not when a session is resumed.
 */
static int
check_client(gnutls_session_t tls)
{
	struct session *session = gnutls_session_get_ptr(tls);
	struct clientauth_chain chain = { .count = 0 };
	struct identity identity;
	struct refusal refusal;

	if (session->judged)
		return session->fault.failure == FAILURE_NONE ? 0 : -1;
	session->judged = true;
	chain.certs = gnutls_certificate_get_peers(tls, &chain.count);
	bool accepted = clientauth_accepts(
	    context_clientauth(session->context), &chain, &identity, &refusal);
	if (chain.count > 0) {
		session->identity = malloc(sizeof identity);
		if (session->identity == NULL)
			return session_fail(session, FAILURE_INTERNAL, "out of memory");
		*session->identity = identity;
	}
	if (accepted)
		return 0;
	session->refusal_alert = (int)alert_for(session, &refusal);
	return session_fail(session, refusal.failure, "%s", refusal.reason);
}

/*
 * Called before the library reads a message of the client: a hello, or a signature. In TLS 1.3
 * it would call check_client() only after it has tried the signature. With an RSA key chosen by
 * the client, this can take a minute.
 */
static int
on_message(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	struct session *session = gnutls_session_get_ptr(tls);

	(void)when;
	if (!incoming) {
		if (type == GNUTLS_HANDSHAKE_SERVER_HELLO)
			gnutls_handshake_set_max_packet_length(
			    tls, HANDSHAKE_MESSAGE_MAX);
		return 0;
	}
	switch (type) {
	case GNUTLS_HANDSHAKE_CLIENT_HELLO:
		return read_hello(session, message);
	case GNUTLS_HANDSHAKE_CLIENT_HELLO_V2:
		return GNUTLS_E_UNEXPECTED_PACKET;
	case GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY:
		return context_clientauth(session->context) != NULL ? check_client(tls)
		                                                    : 0;
	default:
		return 0;
	}
}

struct session *
session_new(const struct context *context, struct transport *transport, unsigned start,
    size_t record_size, const char *host)
{
	/* One ticket, of our own, instead of the library's two. */
	const unsigned flags = GNUTLS_SERVER | GNUTLS_NO_SIGNAL |
	                       GNUTLS_NO_AUTO_SEND_TICKET |
	                       (start & SESSION_EARLY ? GNUTLS_ENABLE_EARLY_START : 0);
	struct session *session = calloc(1, sizeof *session);

	if (session == NULL)
		return NULL;
	recordguard_init(&session->records);
	session->ahead.allowed = start & SESSION_EARLY;
	session->ahead.record_size = record_size;
	session->refusal_alert = -1;
	if (host != NULL)
		snprintf(session->host, sizeof session->host, "%s", host);
	session->transport = transport;
	session->context = context;
	session->offer = pairs_offer(context_pairs(context), 0);
	session->has_tickets = context_has_tickets(context);
	if (gnutls_init(&session->tls, flags) < 0) {
		free(session);
		return NULL;
	}
	if (context_equip(context, session->tls, start & SESSION_P256) < 0) {
		session_free(session);
		return NULL;
	}
	gnutls_transport_set_ptr(session->tls, session);
	gnutls_transport_set_pull_function(session->tls, pull);
	gnutls_transport_set_pull_timeout_function(session->tls, pull_timeout);
	gnutls_transport_set_vec_push_function(session->tls, push);
	gnutls_session_set_ptr(session->tls, session);
	gnutls_handshake_set_post_client_hello_function(session->tls, on_version);
	gnutls_handshake_set_hook_function(
	    session->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, on_message);
	if (context_clientauth(context) != NULL)
		gnutls_session_set_verify_function(session->tls, check_client);
	gnutls_handshake_set_max_packet_length(session->tls, HELLO_MAX);
	gnutls_session_set_keylog_function(session->tls, keep_secret);
	return session;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	gnutls_deinit(session->tls);
	free(session->identity);
	free(session);
}

int
session_fail(struct session *session, enum failure failure, const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	fault_set(&session->fault, failure, reason, args);
	va_end(args);
	return -1;
}

/* Tells from the socket how the client ended its side. */
static enum session_end
find_end(const struct transport *transport)
{
	if (transport->failure == TRANSPORT_END)
		return SESSION_END_FIN;
	return transport->failure == TRANSPORT_BROKEN &&
	               (transport->error == ECONNRESET || transport->error == EPIPE)
	           ? SESSION_END_RESET
	           : SESSION_OPEN;
}

static void
note_end(struct session *session)
{
	if (session->end == SESSION_OPEN)
		session->end = find_end(session->transport);
}

/* Records that the socket failed below TLS. */
static int
fail_transport(struct session *session)
{
	note_end(session);
	fault_of_transport(&session->fault, session->transport, session->handshaken);
	return -1;
}

static int
fail_alert(struct session *session, unsigned alert, const char *how)
{
	session_fail(session, FAILURE_CLIENT_ALERT,
	    "the client refused: %s%s (alert %u)", alert_name(alert), how, alert);
	session->fault.alert_due = false;
	return -1;
}

static int
fail_flood(struct session *session)
{
	session_fail(session, FAILURE_PROTOCOL, "%u records in a row without progress",
	    session->records.begun);
	gnutls_alert_send(session->tls, GNUTLS_AL_FATAL, GNUTLS_A_UNEXPECTED_MESSAGE);
	session->fault.alert_due = false;
	return -1;
}

/* If only TLS 1.3 is enabled, the library accepts an older hello and then blames the cipher
 * suites. */
static int
blame(const struct session *session, int code)
{
	unsigned version = gnutls_protocol_get_version(session->tls);

	return code == GNUTLS_E_NO_CIPHER_SUITES &&
	               !context_speaks(session->context, version)
	           ? GNUTLS_E_UNSUPPORTED_VERSION_PACKET
	           : code;
}

/*
 * The only place that decides whether to call the library again. A blocking call may return
 * AGAIN inside a record, but never once the transport has failed.
 */
static bool
is_again(const struct session *session, ssize_t code)
{
	if (session->transport->failure != TRANSPORT_FINE)
		return false;
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED ||
	       code == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

static int
say_goodbye(struct session *session)
{
	int code;

	do
		code = gnutls_bye(session->tls, GNUTLS_SHUT_WR);
	while (is_again(session, code));
	session->ended = true;
	return code;
}

/* Turns the library's code into a failure with a reason; the first one stays. */
static int
fail_code(struct session *session, int code)
{
	enum transport_failure below = session->transport->failure;

	if (below != TRANSPORT_FINE) {
		fail_transport(session);
		session->fault.alert_due = false;
		return -1;
	}
	if (session->records.flooded)
		return fail_flood(session);
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return fail_alert(
		    session, (unsigned)gnutls_alert_get(session->tls), "");
	if (session->records.plain_alert >= 0)
		return fail_alert(session, (unsigned)session->records.plain_alert,
		    ", sent in plaintext");
	code = blame(session, code);
	session_fail(session, fault_class(code), "%s", gnutls_strerror(code));
	if (session->refusal_alert >= 0)
		gnutls_alert_send(session->tls, GNUTLS_AL_FATAL,
		    (gnutls_alert_description_t)session->refusal_alert);
	else
		gnutls_alert_send_appropriate(session->tls, code);
	/* no_renegotiation is a warning (RFC 5246, 7.2.2): it does not end a connection. */
	if (code == GNUTLS_E_REHANDSHAKE && !session->ended)
		say_goodbye(session);
	session->fault.alert_due = false;
	return -1;
}

/*
 * Sends a ticket for resumption. If the client cannot use it, or if it cannot be made, the
 * connection is not affected. The ticket leaves with the next output: if a client closes
 * without having read it, its kernel resets the connection, and the last bytes that the client
 * sent are lost.
 */
static void
send_ticket(struct session *session)
{
	if (!session->has_tickets ||
	    gnutls_protocol_get_version(session->tls) != GNUTLS_TLS1_3)
		return;
	bool is_alone = transport_is_empty(session->transport);
	gnutls_session_ticket_send(session->tls, 1, 0);
	if (is_alone)
		transport_defer(session->transport);
}

int
session_handshake(struct session *session)
{
	int code;

	do
		code = gnutls_handshake(session->tls);
	while (is_again(session, code) && !session->ahead.open &&
	       !transport_is_parked(session->transport));
	if (session->ahead.open)
		return 0;
	if (is_again(session, code))
		return SESSION_PARKED;
	if (code < 0)
		return fail_code(session, code);
	session->ahead.allowed = false;
	session->handshaken = true;
	recordguard_forget(&session->records);
	if (gnutls_session_is_resumed(session->tls) &&
	    context_clientauth(session->context) != NULL &&
	    check_client(session->tls) < 0)
		return fail_code(session, GNUTLS_E_CERTIFICATE_ERROR);
	send_ticket(session);
	return 0;
}

void
session_move(struct session *session, struct transport *transport)
{
	session->transport = transport;
}

int
session_try_handshake(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	session->trying = true;
	int code = gnutls_handshake(session->tls);
	session->trying = false;
	errno = is_again(session, code) ? EAGAIN : EPROTO;
	if (code < 0)
		return errno == EAGAIN ? -1 : fail_code(session, code);
	return 0;
}

static void
note_read(struct session *session, size_t n)
{
	session->bytes_in += n;
	if (n == 0)
		session->end = SESSION_END_NOTIFY;
	else
		recordguard_forget(&session->records);
}

ssize_t
session_read(struct session *session, void *bytes, size_t size)
{
	ssize_t n;

	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	do
		n = gnutls_record_recv(session->tls, bytes, size);
	while (is_again(session, n) && !transport_is_parked(session->transport));
	if (is_again(session, n)) {
		errno = EAGAIN;
		return -1;
	}
	if (n < 0) {
		fail_code(session, (int)n);
		errno = EPROTO;
		return -1;
	}
	note_read(session, (size_t)n);
	return n;
}

/* Completes the handshake, for calls that need the client's Finished. */
static int
catch_up(struct session *session)
{
	session->ahead.open = false;
	int result = session_handshake(session);
	session->ahead.open = result == SESSION_PARKED;
	return result;
}

/* Does what catch_up() does, but waits for the client. */
static int
wait_to_catch_up(struct session *session)
{
	bool parks = transport_park(session->transport, false);
	int result = catch_up(session);

	transport_park(session->transport, parks);
	return result;
}

/* Writes the bytes that can leave before the client's Finished. Returns how many, or -1. */
static ssize_t
write_ahead(struct session *session, const void *bytes, size_t size)
{
	size_t n = earlydata_write(
	    &session->ahead, session->tls, session->transport, bytes, size);

	session->bytes_out += n;
	session->written = transport_written(session->transport);
	return n < size && wait_to_catch_up(session) < 0 ? -1 : (ssize_t)n;
}

int
session_write(struct session *session, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (session->ahead.open) {
		ssize_t n = write_ahead(session, bytes, size);
		if (n < 0)
			return -1;
		from += n;
		size -= (size_t)n;
	}
	while (size > 0) {
		ssize_t n = gnutls_record_send(session->tls, from, size);
		if (is_again(session, n))
			continue;
		if (n < 0)
			return fail_code(session, (int)n);
		from += n;
		size -= (size_t)n;
		session->bytes_out += (uint64_t)n;
		session->written = transport_written(session->transport);
	}
	return 0;
}

bool
session_has_input(const struct session *session)
{
	const unsigned char *bytes;

	return gnutls_record_check_pending(session->tls) > 0 ||
	       transport_pending(session->transport, &bytes) > 0;
}

void
session_rest(struct session *session)
{
	transport_rest(session->transport);
}

int
session_try_flush(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (transport_try_flush(session->transport) == 0 || errno == EAGAIN ||
	    transport_is_deaf(session->transport))
		return 0;
	return fail_transport(session);
}

/* Records why the wait failed in the transport. */
static int
fail_waiting(struct session *session)
{
	const struct transport *transport = session->transport;

	if (transport->failure != TRANSPORT_TIMED_OUT_READING)
		return fail_transport(session);
	return session_fail(session, FAILURE_IDLE_TIMEOUT, "%s",
	    deadline_passed(transport->deadline)
		? "the connection reached its longest lifetime"
		: "neither side sent anything in time");
}

int
session_await(struct session *session, short events, struct pollfd *others,
    size_t count, struct deadline until)
{
	bool at_hand = (events & POLLIN) != 0 && session_has_input(session);

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (at_hand)
		until = (struct deadline){ .at_ns = 0 };
	int ready = transport_wait(session->transport, events, others, count, until);
	if (ready < 0)
		return transport_is_parked(session->transport) ? SESSION_PARKED
		                                               : fail_waiting(session);
	return at_hand || (events & POLLIN && ready != 0) ? POLLIN : 0;
}

int
session_await_others(
    struct session *session, struct pollfd *others, size_t count, struct deadline until)
{
	return transport_wait_for_others(session->transport, others, count, until) == 0
	           ? 0
	           : SESSION_PARKED;
}

struct deadline
session_idle_end(const struct session *session)
{
	return transport_idle_end(session->transport);
}

/* True if the client's system has taken all that was written. */
static bool
has_answer(const struct session *session)
{
	return transport_has_delivered(session->transport, session->written);
}

/* True if the client has gone and needed nothing more. */
static bool
is_content(const struct session *session)
{
	return (session->ended || session->excused) && session->end != SESSION_OPEN &&
	       has_answer(session);
}

/* True if a client that has our close_notify has left without its own, which loses no data. It
 * may still read if it only ended its side. */
static bool
has_left(const struct session *session)
{
	return session->ended &&
	       (session->end == SESSION_END_FIN || is_content(session));
}

bool
session_excuse(struct session *session)
{
	if (session->fault.failure != FAILURE_EARLY_CLOSE || !session->handshaken ||
	    session->end == SESSION_OPEN || recordguard_are_cut(&session->records) ||
	    gnutls_record_check_pending(session->tls) > 0 || !has_answer(session))
		return false;
	session->fault = (struct fault){ .failure = FAILURE_NONE };
	session->excused = true;
	return true;
}

bool
session_is_excused(const struct session *session)
{
	return session->excused;
}

ssize_t
session_try_read(struct session *session, void *bytes, size_t size)
{
	if (session->fault.failure != FAILURE_NONE) {
		errno = EPROTO;
		return -1;
	}
	session->trying = true;
	ssize_t n = gnutls_record_recv(session->tls, bytes, size);
	session->trying = false;
	if (is_again(session, n)) {
		errno = EAGAIN;
		return -1;
	}
	if (n < 0)
		note_end(session);
	if (n < 0 && has_left(session))
		return 0;
	if (n < 0) {
		fail_code(session, (int)n);
		errno = EPROTO;
		return -1;
	}
	note_read(session, (size_t)n);
	return n;
}

int
session_make_room(struct session *session)
{
	const size_t record = gnutls_record_get_max_size(session->tls);
	const size_t whole = record + gnutls_record_overhead_size(session->tls);
	const size_t records = (RECORD_MAX + record - 1) / record;

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (session->ahead.open)
		return earlydata_is_full(&session->ahead) ? catch_up(session) : 0;
	if (transport_make_room(session->transport, CONTROL_ROOM + records * whole) ==
	    0)
		return 0;
	return transport_is_parked(session->transport) ? SESSION_PARKED
	                                               : fail_transport(session);
}

size_t
session_room(const struct session *session)
{
	const size_t record = gnutls_record_get_max_size(session->tls);
	const size_t whole = record + gnutls_record_overhead_size(session->tls);
	size_t room = transport_room(session->transport);

	if (room < CONTROL_ROOM)
		return 0;
	room = (room - CONTROL_ROOM) / whole * record;
	return room < RECORD_MAX ? 0 : room;
}

int
session_end(struct session *session)
{
	if (session->fault.failure != FAILURE_NONE)
		return -1;
	int code = say_goodbye(session);
	return code < 0 ? fail_code(session, code) : 0;
}

/*
 * True if the client has sent nothing yet. Chromium drops a connection that ends before its
 * request has left, although the whole answer has arrived.
 */
static bool
must_hold_end(const struct session *session)
{
	const unsigned char *bytes;

	return session->fault.failure == FAILURE_NONE && session->bytes_in == 0 &&
	       session->end == SESSION_OPEN &&
	       (session_is_early(session) ||
		   transport_pending(session->transport, &bytes) == 0);
}

bool
session_holds_end(const struct session *session)
{
	return session->end_held;
}

/* Sends the pending output, and the end of our side unless that must wait for the client. */
static int
send_end(struct session *session)
{
	session->end_held = must_hold_end(session);
	return session->end_held ? transport_flush(session->transport)
	                         : transport_finish(session->transport);
}

int
session_finish(struct session *session)
{
	if (session->fault.failure == FAILURE_NONE && session->ahead.open &&
	    catch_up(session) == SESSION_PARKED)
		return SESSION_PARKED;
	if (session->fault.alert_due && !session->ended)
		gnutls_alert_send(
		    session->tls, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
	session->fault.alert_due = false;
	if (session->fault.failure == FAILURE_NONE && !session->ended &&
	    !session->excused)
		say_goodbye(session);
	if (send_end(session) < 0) {
		if (transport_is_parked(session->transport))
			return SESSION_PARKED;
		note_end(session);
		if (!is_content(session))
			fail_transport(session);
	}
	return session->fault.failure == FAILURE_NONE ? 0 : -1;
}

void
session_introduce(
    struct session *session, const struct address *peer, const struct address *local)
{
	session->peer = peer;
	session->local = local;
}

void
session_set_id(struct session *session, uint64_t id)
{
	session->id = id;
}

uint64_t
session_id(const struct session *session)
{
	return session->id;
}

void
session_peer(const struct session *session, struct address *peer)
{
	if (session->peer != NULL) {
		*peer = *session->peer;
		return;
	}
	memset(peer, 0, sizeof *peer);
	peer->length = sizeof peer->storage;
	getpeername(
	    session->transport->fd, (struct sockaddr *)&peer->storage, &peer->length);
}

void
session_local(const struct session *session, struct address *local)
{
	if (session->local != NULL) {
		*local = *session->local;
		return;
	}
	memset(local, 0, sizeof *local);
	local->length = sizeof local->storage;
	getsockname(
	    session->transport->fd, (struct sockaddr *)&local->storage, &local->length);
}

const struct identity *
session_identity(const struct session *session)
{
	return session->identity;
}

struct peercert *
session_peercert(const struct session *session)
{
	unsigned char protocols[1 + UINT8_MAX]; /* a list of one (RFC 7301, 3.1) */
	gnutls_datum_t protocol;
	struct clientauth_chain chain = { .count = 0 };
	struct clienthello hello = { 0 };

	if (session->identity != NULL)
		chain.certs = gnutls_certificate_get_peers(session->tls, &chain.count);
	if (session->host[0] != '\0') {
		hello.name = session->host;
		hello.name_size = strlen(session->host);
	}
	if (gnutls_alpn_get_selected_protocol(session->tls, &protocol) == 0) {
		protocols[0] = (unsigned char)protocol.size;
		memcpy(protocols + 1, protocol.data, protocol.size);
		hello.protocols = protocols;
		hello.protocols_size = 1 + protocol.size;
	}
	return peercert_new(&chain, &hello);
}

bool
session_is_early(const struct session *session)
{
	return gnutls_session_get_flags(session->tls) & GNUTLS_SFLAGS_EARLY_START;
}

bool
session_is_ahead(const struct session *session)
{
	return session->ahead.open;
}

enum failure
session_failure(const struct session *session)
{
	return session->fault.failure;
}

const char *
session_reason(const struct session *session)
{
	return session->fault.reason;
}

const struct offer *
session_offer(const struct session *session)
{
	return session->offer;
}

void
session_facts(const struct session *session, struct session_facts *facts)
{
	negotiated_tell(session->tls, facts);
	facts->early = session_is_early(session) || session->ahead.written > 0;
	facts->sni = session->host[0] != '\0' ? session->host : "-";
	facts->bytes_in = session->bytes_in;
	facts->bytes_out = session->bytes_out;
	facts->end = session->end;
}
