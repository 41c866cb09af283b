/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TLS session on the server side, and what is known of it. */
#include "tls/session/session.h"

#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/net/address.h"
#include "tls/clientauth/clientchain.h"
#include "tls/hello/clienthello.h"
#include "tls/session/negotiated.h"
#include "tls/clientauth/peercert.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/transport.h"

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	gnutls_deinit(session->tls);
	if (session->challenge != NULL)
		gnutls_certificate_free_credentials(session->challenge);
	free(session->identity);
	free(session);
}

void
session_move(struct session *session, struct transport *transport)
{
	session->transport = transport;
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

void
session_introduce(
    struct session *session, const struct address *peer, const struct address *local)
{
	session->peer = peer;
	session->local = local;
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
	struct clientchain chain = { .count = 0 };
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
	return peercert_new(&chain, &session->peerpsk, &hello);
}

bool
session_is_early(const struct session *session)
{
	return gnutls_session_get_flags(session->tls) & GNUTLS_SFLAGS_EARLY_START;
}

bool
session_is_ahead(const struct session *session)
{
	return session->early.open;
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
	facts->early = session_is_early(session) || session->early.written > 0;
	facts->sni = session->host[0] != '\0' ? session->host : "-";
	facts->bytes_in = session->bytes_in;
	facts->bytes_out = session->bytes_out;
	facts->end = session->end;
}
