/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short connections to one server, one after the other. */
#include "client/bench/benchcaller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "client/bench/benchtally.h"
#include "client/connection/dial.h"
#include "client/options/parameters.h"
#include "client/connection/sessionreport.h"
#include "client/connection/tlssocket.h"
#include "client/connection/verdict.h"
#include "tls/transport/output.h"
#include "tls/transport/transport.h"

#define RECORD_SIZE 16384
#define MS_PER_S 1000

struct benchcaller {
	const struct benchcaller_plan *plan;
	struct tlssocket socket;
	gnutls_session_t session; /* of the current connection */
	gnutls_datum_t leaf; /* the certificate that was verified */
	gnutls_datum_t resumable; /* of the last connection, for the next one */
	bool untrusted; /* the certificate of this connection is not trusted */
	unsigned char record[RECORD_SIZE];
};

struct benchcaller *
benchcaller_new(const struct benchcaller_plan *plan)
{
	struct benchcaller *caller = calloc(1, sizeof *caller);

	if (caller == NULL)
		return NULL;
	caller->plan = plan;
	if (tlssocket_init(&caller->socket) == 0)
		return caller;
	free(caller);
	return NULL;
}

static void
free_datum(gnutls_datum_t *datum)
{
	gnutls_free(datum->data);
	*datum = (gnutls_datum_t){ NULL, 0 };
}

void
benchcaller_free(struct benchcaller *caller)
{
	if (caller == NULL)
		return;
	free_datum(&caller->leaf);
	free_datum(&caller->resumable);
	tlssocket_fini(&caller->socket);
	free(caller);
}

/* --- what the library calls ---------------------------------------------------------- */

static bool
is_same(const gnutls_datum_t *a, const gnutls_datum_t *b)
{
	return a->size == b->size && a->size > 0 &&
	       memcmp(a->data, b->data, a->size) == 0;
}

static void
copy_datum(gnutls_datum_t *to, const gnutls_datum_t *from)
{
	free_datum(to);
	to->data = gnutls_malloc(from->size);
	if (to->data == NULL)
		return;
	memcpy(to->data, from->data, from->size);
	to->size = from->size;
}

/* Called in the handshake, before the message is sent. */
static int
verify_server(gnutls_session_t session)
{
	struct benchcaller *caller = gnutls_session_get_ptr(session);
	const struct parameters *parameters = caller->plan->parameters;
	struct verdict verdict = { 0 };
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);

	if (count > 0 && is_same(&chain[0], &caller->leaf))
		return 0;
	verdict_reach(&verdict, session, parameters->name);
	caller->untrusted = !verdict.trusted && !parameters->insecure;
	if (!caller->untrusted && count > 0)
		copy_datum(&caller->leaf, &chain[0]);
	verdict_fini(&verdict);
	return caller->untrusted ? -1 : 0;
}

/* --- connecting ------------------------------------------------------------------------ */

static enum benchtally_class
class_of_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ENOENT: /* a Unix-domain socket that is gone */
		return BENCHTALLY_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return BENCHTALLY_RESET;
	case ETIMEDOUT:
		return BENCHTALLY_TIMEOUT;
	case EADDRNOTAVAIL:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return BENCHTALLY_LOCAL;
	default:
		return BENCHTALLY_UNREACHABLE;
	}
}

/* Opens a socket with time-outs, which save the transport a poll(2) for each wait. */
static int
open_socket(int family)
{
	struct timeval slice = { .tv_usec = TIMESLICE_MS * 1000 };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice);
	}
	return fd;
}

/* --- the conversation ------------------------------------------------------------------ */

/* Classifies a failed call of the library; `shaken` if the handshake is over. */
static enum benchtally_class
class_of_code(const struct benchcaller *caller, ssize_t code, bool shaken)
{
	const struct transport *transport = &caller->socket.transport;

	if (caller->untrusted)
		return BENCHTALLY_UNTRUSTED;
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return BENCHTALLY_ALERT;
	if (tlssocket_is_not_tls(&caller->socket))
		return BENCHTALLY_NOT_TLS;
	if (transport->failure == TRANSPORT_BROKEN)
		return class_of_errno(transport->error);
	if (transport->failure == TRANSPORT_END)
		return shaken ? BENCHTALLY_TRUNCATED : BENCHTALLY_CLOSED;
	return transport->failure == TRANSPORT_FINE ? BENCHTALLY_PROTOCOL
	                                            : BENCHTALLY_TIMEOUT;
}

static bool
is_soft(const struct benchcaller *caller, ssize_t code)
{
	return code < 0 && !gnutls_error_is_fatal((int)code) &&
	       caller->socket.transport.failure == TRANSPORT_FINE;
}

/* Sets up a session. It makes one key share where the library would make two (RFC 8446, 4.2.8). */
static int
set_up(struct benchcaller *caller)
{
	int result = tlssocket_make_session(&caller->socket, &caller->session,
	    caller->plan->parameters, GNUTLS_KEY_SHARE_TOP);

	if (result < 0)
		return result;
	gnutls_session_set_ptr(caller->session, caller);
	gnutls_session_set_verify_function(caller->session, verify_server);
	if (caller->resumable.size > 0)
		gnutls_session_set_data(
		    caller->session, caller->resumable.data, caller->resumable.size);
	return 0;
}

static int
shake_hands(struct benchcaller *caller, struct benchtally_call *call)
{
	int code;

	do
		code = gnutls_handshake(caller->session);
	while (is_soft(caller, code));
	if (code < 0) {
		call->class = class_of_code(caller, code, false);
		if (gnutls_alert_send_appropriate(caller->session, code) == 0)
			transport_flush(&caller->socket.transport);
		return -1;
	}
	call->version =
	    gnutls_protocol_get_name(gnutls_protocol_get_version(caller->session));
	call->suite = sessionreport_suite_name(caller->session);
	call->resumed = gnutls_session_is_resumed(caller->session) != 0;
	return 0;
}

/* Queues the message after our Finished. It is sent when the client waits for the answer. */
static void
send_message(struct benchcaller *caller)
{
	const char *from = caller->plan->message;
	size_t left = caller->plan->message_size;

	while (left > 0) {
		ssize_t n = gnutls_record_send(caller->session, from, left);
		if (n < 0 && !is_soft(caller, n))
			return; /* reading will find the reason */
		if (n > 0) {
			from += n;
			left -= (size_t)n;
		}
	}
}

static void
receive_answer(
    struct benchcaller *caller, struct benchtally_call *call, int64_t started_ns)
{
	ssize_t n;

	for (;;) {
		n = gnutls_record_recv(
		    caller->session, caller->record, sizeof caller->record);
		if (n > 0) {
			if (call->bytes == 0)
				call->first_ns = deadline_now_ns() - started_ns;
			call->bytes += (uint64_t)n;
		} else if (!is_soft(caller, n)) {
			break;
		}
	}
	call->total_ns = deadline_now_ns() - started_ns;
	call->class = n == 0 ? BENCHTALLY_WHOLE : class_of_code(caller, n, true);
}

/* Keeps the session. A ticket of TLS 1.3 may come at any time, or not at all (RFC 8446, 4.6.1). */
static void
keep_session(struct benchcaller *caller)
{
	gnutls_session_t session = caller->session;
	gnutls_datum_t data;
	unsigned flags = gnutls_session_get_flags(session);

	if (gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 &&
	    (flags & GNUTLS_SFLAGS_SESSION_TICKET) == 0)
		return;
	if (gnutls_session_get_data2(session, &data) < 0)
		return;
	free_datum(&caller->resumable);
	caller->resumable = data;
}

static void
exchange_messages(
    struct benchcaller *caller, struct benchtally_call *call, int64_t started_ns)
{
	if (shake_hands(caller, call) < 0)
		return;
	transport_set_deadline(
	    &caller->socket.transport, deadline_never(), caller->plan->timeout_ms);
	send_message(caller);
	receive_answer(caller, call, started_ns);
	if (call->class != BENCHTALLY_WHOLE)
		return;
	if (caller->plan->resume)
		keep_session(caller);
	gnutls_bye(caller->session, GNUTLS_SHUT_WR);
	transport_flush(&caller->socket.transport);
}

/* Runs the conversation on a connected socket. */
static void
run_call(struct benchcaller *caller, int fd, struct deadline deadline,
    struct benchtally_call *call, int64_t started_ns)
{
	tlssocket_attach(&caller->socket, fd, true);
	transport_set_deadline(&caller->socket.transport, deadline, 0);
	caller->untrusted = false;
	if (set_up(caller) < 0)
		call->class = BENCHTALLY_LOCAL;
	else
		exchange_messages(caller, call, started_ns);
	gnutls_deinit(caller->session);
	caller->session = NULL;
}

void
benchcaller_call(struct benchcaller *caller, struct benchtally_call *call)
{
	const struct benchcaller_plan *plan = caller->plan;
	int64_t started_ns = deadline_now_ns();
	struct deadline deadline = deadline_after(started_ns, plan->timeout_ms);

	*call = (struct benchtally_call){ .first_ns = -1 };
	int fd = open_socket(address_family(&plan->server));
	if (fd < 0 || dial_connect(fd, &plan->server, deadline, 0) < 0)
		call->class = class_of_errno(errno);
	else
		run_call(caller, fd, deadline, call, started_ns);
	if (fd >= 0)
		close(fd);
}
