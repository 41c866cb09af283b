/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connected socket below a session of the library. */
#include "client/connection/tlssocket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/text/stringlist.h"
#include "client/connection/peerchain.h"
#include "client/options/parameters.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"

int
tlssocket_init(struct tlssocket *socket)
{
	return transport_init(&socket->transport);
}

void
tlssocket_fini(struct tlssocket *socket)
{
	transport_fini(&socket->transport);
}

void
tlssocket_attach(struct tlssocket *socket, int fd, bool sliced)
{
	transport_attach(&socket->transport, fd, sliced);
	transport_count(&socket->transport, &socket->traffic);
	socket->waits = true;
	socket->heard = false;
}

/* Reports received bytes. Bytes in the read-ahead buffer arrived when the socket was last read. */
static void
observe_pull(
    struct tlssocket *socket, const void *bytes, ssize_t n, uint64_t received_before)
{
	if (socket->traffic.in != received_before)
		socket->arrived_ns = deadline_now_ns();
	if (n > 0)
		trace_bytes(
		    socket->trace, TRACE_IN, bytes, (size_t)n, socket->arrived_ns);
}

static ssize_t
pull_bytes(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct tlssocket *socket = pointer;
	uint64_t received = socket->traffic.in;
	ssize_t n = socket->waits ? transport_read(&socket->transport, bytes, size)
	                          : transport_try_read(&socket->transport, bytes, size);

	socket->dry = n < 0 && errno == EAGAIN;
	if (socket->trace != NULL)
		observe_pull(socket, bytes, n, received);
	if (n > 0 && !socket->heard) {
		socket->heard = true;
		socket->first_byte = *(unsigned char *)bytes;
	}
	return n;
}

static ssize_t
push_bytes(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct tlssocket *socket = pointer;

	if (socket->trace != NULL)
		trace_bytes(socket->trace, TRACE_OUT, bytes, size, deadline_now_ns());
	if (transport_write(&socket->transport, bytes, size) < 0)
		return -1;
	return (ssize_t)size;
}

static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	struct tlssocket *socket = pointer;
	const unsigned char *bytes;
	struct pollfd pollfd = { .fd = socket->transport.fd, .events = POLLIN };

	if (transport_pending(&socket->transport, &bytes) > 0)
		return 1;
	return poll(&pollfd, 1, ms == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)ms);
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
set_psk(gnutls_session_t session, gnutls_psk_client_credentials_t psk)
{
	return psk != NULL ? gnutls_credentials_set(session, GNUTLS_CRD_PSK, psk) : 0;
}

static int
set_parameters(gnutls_session_t session, const struct parameters *parameters)
{
	int result;

	if ((result = gnutls_priority_set(session, parameters->priority)) < 0 ||
	    (result = gnutls_credentials_set(
		 session, GNUTLS_CRD_CERTIFICATE, parameters->credentials)) < 0 ||
	    (result = set_psk(session, parameters->psk)) < 0 ||
	    (result = set_name(session, parameters->name)) < 0 ||
	    (result = set_resumption(session, &parameters->resume)) < 0)
		return result;
	return set_alpn(session, parameters->alpn);
}

int
tlssocket_make_session(struct tlssocket *socket, gnutls_session_t *session,
    const struct parameters *parameters, unsigned flags)
{
	/* The user's certificate is sent even if the server does not list its issuer: the
	 * server's alert says more than our silence. */
	int result =
	    gnutls_init(session, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT | flags);

	if (result < 0)
		return result;
	gnutls_transport_set_ptr(*session, socket);
	gnutls_transport_set_pull_function(*session, pull_bytes);
	gnutls_transport_set_push_function(*session, push_bytes);
	gnutls_transport_set_pull_timeout_function(*session, pull_timeout);
	return set_parameters(*session, parameters);
}

bool
tlssocket_is_not_tls(const struct tlssocket *socket)
{
	/* The types of records: 20 to 23, and 24 for heartbeats (RFC 8446, B.1). */
	return socket->heard && (socket->first_byte < 20 || socket->first_byte > 24);
}

void
tlssocket_trace(const struct tlssocket *socket, enum trace_direction direction,
    enum trace_kind kind, unsigned number, size_t size)
{
	if (socket->trace != NULL)
		trace_content(socket->trace, direction, kind, number, size);
}
