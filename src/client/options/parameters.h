/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_PARAMETERS_H
#define TLSD_CLIENT_OPTIONS_PARAMETERS_H

/*
 * The settings of each TLS connection of this client: trusted authorities, its own certificate,
 * and the priorities. They are loaded once from the command line. They are immutable
 * afterwards, so many connections, also in several threads, may share them. They must outlive
 * the connections.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

struct findings;
struct options;
struct stringlist;

/*
 * TLS 1.3 and 1.2, forward secrecy and authenticated encryption only, no SHA-1, keys of 112
 * bits of security. Lists each item, because removing items from NORMAL would keep unknown
 * ones.
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
	const char *name; /* the server name for SNI and verification */
	const struct stringlist *alpn;
	gnutls_datum_t resume; /* from channel_ticket(); empty for a new session */
	bool has_certificate; /* the client has its own certificate */
	bool insecure; /* continue with an untrusted server */
};

/*
 * Reads the files that `options` names; `options` must outlive the parameters. Returns 0, or -1
 * with an error in `findings` for each failure. parameters_fini() frees them in both cases.
 */
int parameters_load(struct parameters *parameters, const struct options *options,
    struct findings *findings);
void parameters_fini(struct parameters *parameters);

#endif
