/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_VERDICT_H
#define TLSD_CLIENT_CONNECTION_VERDICT_H

/*
 * The verdict on the server's certificate, with every reason against it, in words that suggest
 * a remedy. One thread at a time.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

#include "base/text/stringlist.h"

struct verdict {
	bool reached; /* verdict_reach() was called */
	bool trusted;
	unsigned status; /* the faults, as a gnutls_certificate_status_t */
	struct stringlist reasons; /* one line each; empty when trusted */
	gnutls_alert_description_t alert; /* the alert to send to an untrusted server */
};

/*
 * Verifies the chain of the session's peer against the trusted authorities of the session's
 * credentials. It must be for a server (extended key usage) and for `name`, a DNS name or an IP
 * address. It must be valid now. A stapled OCSP answer counts if there is one (RFC 6066, 8).
 * Call it during the handshake, so that an untrusted server learns nothing of the client.
 */
void verdict_reach(struct verdict *verdict, gnutls_session_t session, const char *name);

/* Adds to `reasons` an explanation of each bit of `status`, for `chain`, which was verified for
 * `name`. */
struct peerchain;
void verdict_explain(struct stringlist *reasons, unsigned status,
    const struct peerchain *chain, const char *name);

void verdict_fini(struct verdict *verdict);

#endif
