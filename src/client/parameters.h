/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_PARAMETERS_H
#define TLSD_CLIENT_PARAMETERS_H

/*
 * What each TLS connection of this client starts with: whom it trusts, who it is, what it
 * offers. Made once from the command line; immutable afterwards, so that many connections,
 * also in several threads, may share it. It must outlive them.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

struct findings;
struct options;
struct stringlist;

/*
 * TLS 1.3 and 1.2, forward secrecy and authenticated encryption only, no SHA-1, keys of 112
 * bits of security. Named one by one: taking away from NORMAL leaves what one forgets.
 */
#define PARAMETERS_PRIORITY                                                 \
	"NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509"                        \
	":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1" \
	":+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+CHACHA20-POLY1305"          \
	":+AES-256-GCM:+AEAD:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1"     \
	":-SIGN-DSA-SHA1:%PROFILE_MEDIUM"

struct parameters {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	const char *name; /* the server name that is asked for and verified */
	const struct stringlist *alpn;
	gnutls_datum_t
	    resume; /* of channel_ticket(), to resume; empty for a new session */
	bool has_certificate; /* one of its own */
	bool insecure; /* goes on with a server that is not trusted */
};

/*
 * Reads the files that `options` names, which must outlive the parameters. 0, or -1 with
 * each thing wrong an error in `findings`. parameters_fini() frees it in both cases.
 */
int parameters_load(struct parameters *parameters, const struct options *options,
    struct findings *findings);
void parameters_fini(struct parameters *parameters);

#endif
