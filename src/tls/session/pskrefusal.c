/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reason for refusing a client that has a pre-shared key and nothing else. */
#include "tls/session/pskrefusal.h"

#include <gnutls/gnutls.h>

#include "tls/hello/clienthello.h"
#include "tls/hello/pskoffer.h"
#include "tls/policy/policy.h"
#include "tls/policy/suite.h"
#include "tls/session/context.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"

void
pskrefusal_note(struct session *session, const struct clienthello *hello)
{
	session->psk_offer = pskoffer_read(hello);
}

/* True if the library stopped because it found nothing in common. */
static bool
is_explained(enum pskoffer offer, int code)
{
	switch (code) {
	case GNUTLS_E_NO_CIPHER_SUITES:
		return offer != PSKOFFER_NOT_ALONE;
	case GNUTLS_E_MISSING_EXTENSION: /* of ECDHE, or of certificates */
	case GNUTLS_E_NO_COMMON_KEY_SHARE:
		return offer == PSKOFFER_NOT_EPHEMERAL;
	default:
		return false;
	}
}

/* True if the service has a suite of TLS 1.2 for keys with AES-CBC. */
static bool
has_cbc(const struct session *session)
{
	struct gnutls_priority_st *priority =
	    policy_priority_tls12(context_policy(session->context));
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite); i++)
		if (suite.name != NULL && suite.kx == GNUTLS_KX_ECDHE_PSK &&
		    suite_flaw(&suite) == SUITE_CBC)
			return true;
	return false;
}

static const char *
reason_of(const struct session *session)
{
	if (session->pskauth == NULL)
		return "the client supports pre-shared keys only, which the service "
		       "does not accept: set psk-file";
	if (session->psk_offer == PSKOFFER_NOT_EPHEMERAL)
		return gnutls_protocol_get_version(session->tls) == GNUTLS_TLS1_3
		           ? "the client supports pre-shared keys only without ECDHE: "
		             "enable psk_dhe_ke in the client"
		           : "the client supports pre-shared keys only without ECDHE: "
		             "enable ECDHE-PSK or TLS 1.3 in the client";
	if (session->psk_offer == PSKOFFER_CBC && !has_cbc(session))
		return "the client supports pre-shared keys only with AES-CBC: set "
		       "profile = compatible, or enable TLS 1.3 in the client";
	return "the client supports none of the cipher suites of the service for "
	       "pre-shared keys, or not its groups: tlsd -t prints them";
}

bool
pskrefusal_explain(struct session *session, int code)
{
	if (!is_explained(session->psk_offer, code))
		return false;
	session_fail(session, FAILURE_CIPHER, "%s", reason_of(session));
	return true;
}
