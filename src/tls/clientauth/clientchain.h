/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_CLIENTCHAIN_H
#define TLSD_TLS_CLIENTAUTH_CLIENTCHAIN_H

/*
 * The certificates that a client has sent, and the limits on them. Any client may send any
 * certificate, so one that takes much time to read or to verify is refused first. Thread-safe.
 * Only for files that may use GnuTLS.
 */

#include <stdbool.h>

struct chain;
struct gnutls_x509_crt_int;
struct refusal;

/* A client's certificates as the library has them, the client's own first. */
struct clientchain {
	const void *certs; /* gnutls_datum_t[], DER */
	unsigned count; /* 0: the client gave none */
};

/*
 * Reads the certificates of `from` into `chain`, which is empty and has room for all of them.
 * Returns true, or false with the reason in `refusal`. In both cases, the caller calls
 * gnutls_x509_crt_deinit() for each certificate that `chain` counts.
 */
bool clientchain_import(
    const struct clientchain *from, struct chain *chain, struct refusal *refusal);

/* True if a signature by the client's key is fast to verify, and GnuTLS verifies it strictly.
 * Otherwise `refusal` has the reason. */
bool clientchain_has_fit_key(struct gnutls_x509_crt_int *cert, struct refusal *refusal);

#endif
