/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_VERDICT_H
#define TLSD_CLIENT_VERDICT_H

/*
 * Whether the server's certificate is trusted, and if not, every reason why, in words that
 * say what would help. One thread at a time.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

#include "base/stringlist.h"

struct verdict {
	bool reached; /* verdict_reach() was called */
	bool trusted;
	unsigned status; /* what is wrong, a gnutls_certificate_status_t */
	struct stringlist reasons; /* one line each; empty when trusted */
	gnutls_alert_description_t alert; /* what to tell a server that is not */
};

/*
 * Verifies the chain that the session's peer presented against the trusted authorities of
 * the session's credentials: for a server (extended key usage), for now, by a stapled OCSP
 * answer if there is one (RFC 6066, 8), and for `name`, a DNS name or an IP address. To be
 * called during the handshake, so that an untrusted server learns nothing of the client.
 */
void verdict_reach(struct verdict *verdict, gnutls_session_t session, const char *name);

/* Adds to `reasons` the words for each bit of `status` that `chain`, verified for `name`, has. */
struct chain;
void verdict_explain(struct stringlist *reasons, unsigned status,
    const struct chain *chain, const char *name);

void verdict_fini(struct verdict *verdict);

#endif
