/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PROOF_TRIALS_H
#define TLSD_TLS_PROOF_TRIALS_H

/*
 * Trial handshakes between a service and a client of this module, over a socket pair. Both sides
 * take turns in one thread. Each thread has its own struct.
 */

#include <stdbool.h>

#include <gnutls/gnutls.h>

#include "tls/transport/transport.h"

struct context;
struct findings;
struct keypair;

/* The objects that all trial handshakes of one thread use. */
struct trials {
	const struct context *context, *old; /* `old` is the one in effect, or NULL */
	struct findings *findings;
	struct transport transport; /* of the server's side */
	gnutls_certificate_credentials_t nothing; /* the client's credentials */
};

/* Allocates what the handshakes need. Returns false after an error in `findings`. The caller
 * calls trials_fini() in both cases. */
bool trials_init(struct trials *trials, const struct context *context,
    const struct context *old, struct findings *findings);
void trials_fini(struct trials *trials);

/*
 * Makes one handshake with a client that names `host`, or no host if it is NULL. The client
 * supports only the algorithm of `pair`, or all if it is NULL. Adds an error to the findings if
 * it fails, or if the client gets the wrong certificate: see proof_run().
 */
void trials_run(struct trials *trials, const struct keypair *pair, char *host);

#endif
