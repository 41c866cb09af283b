/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_PARAMETERS_H
#define TLSD_CLIENT_OPTIONS_PARAMETERS_H

/*
 * The settings of each TLS connection of this client: trusted authorities, its own certificate
 * or pre-shared key, and the priorities. They are loaded once from the command line. They are
 * immutable afterwards, so many connections, also in several threads, may share them. They must
 * outlive the connections.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

struct findings;
struct options;
struct stringlist;

struct parameters {
	gnutls_certificate_credentials_t credentials;
	gnutls_psk_client_credentials_t psk; /* NULL without a pre-shared key */
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
