/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_SESSIONSTATE_H
#define TLSD_TLS_SESSION_SESSIONSTATE_H

/* The members of a session, by the file that uses them. For the files of this folder only. */

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "tls/clientauth/peercert.h"
#include "tls/hello/pskoffer.h"
#include "tls/keys/clientcaps.h"
#include "tls/session/earlydata.h"
#include "tls/session/fault.h"
#include "tls/session/sessionfacts.h"
#include "tls/transport/recordguard.h"
#include "tls/x509/servername.h"

struct address;
struct context;
struct identity;
struct offer;
struct pskauth;
struct transport;

struct session {
	const struct offer
	    *offer; /* presented; the first member, for pairs.h. NULL in a
				    * session that answers a challenge */
	gnutls_session_t tls;
	const struct context *context;
	struct transport *transport;
	struct fault fault;
	uint64_t id;
	const struct address *peer, *local; /* NULL: the socket knows */

	/* recordio.h */
	struct recordguard guard;
	bool nonblocking; /* the library must not wait for input */

	/* handshake.h */
	unsigned hellos; /* that the library has begun to read */
	bool lists_versions; /* the last hello has the list */
	unsigned versions; /* those that it offers: clienthello.h */
	bool client_checked; /* its certificate, or the absence of one */
	bool handshaken;
	bool has_tickets;
	int refusal_alert; /* for a client whose certificate was refused, or -1 */
	char host[SERVERNAME_MAX_SIZE + 1]; /* that the client named; "" for none */
	struct clientcaps client; /* from its hello, if there is a choice of pairs */
	gnutls_certificate_credentials_t
	    challenge; /* presented instead of `offer`, or NULL */
	struct identity *identity; /* NULL: the client gave no certificate and no key */
	struct earlydata early;

	/* pskauth.h */
	const struct pskauth *pskauth; /* NULL: no pre-shared key is accepted */
	bool psk_named; /* the last hello, or the key exchange, named an identity */
	bool psk_known; /* that one is in the file */
	enum pskoffer psk_offer; /* of the last hello */
	struct peerpsk peerpsk; /* by which the client is verified, if by any */

	/* appdata.h */
	uint64_t bytes_in, bytes_out;
	int64_t written; /* the end of these data in the transport's output */

	/* closure.h */
	bool ended; /* our close_notify is written */
	bool excused; /* the client needs nothing more from us */
	bool end_held; /* our side is still open after session_finish() */
	enum session_end end; /* of the client's side */
};

#endif
