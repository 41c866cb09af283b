/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_CHAIN_H
#define TLSD_TLS_X509_CHAIN_H

/*
 * A certificate chain from a PEM file, put into the order in which TLS sends it (RFC 8446,
 * 4.4.2: the sender's own certificate first, each certified by the next). One thread at a time
 * until it is arranged; read-only afterwards. Only for files that may use GnuTLS.
 */

#include <stddef.h>
#include <stdint.h>

struct findings;
struct gnutls_x509_crt_int;

struct chain {
	struct gnutls_x509_crt_int **certs;
	size_t count;
};

/*
 * Fills the all-zero `chain` with the certificates in the `size` bytes `data`, in their order.
 * `file` is the source of the data, for the findings. Returns 0, or -1 after at least one
 * error; call chain_fini() in both cases.
 */
int chain_read(struct chain *chain, const char *file, const char *data, size_t size,
    struct findings *findings);
void chain_fini(struct chain *chain);

/* Puts the certificates that certify the first one after it, in order, and drops the rest.
 * Warns of a wrong order and of each dropped certificate. */
void chain_arrange(struct chain *chain, const char *file, struct findings *findings);

/* Warns of certificates that are expired, not yet valid or signed with a broken hash. */
void chain_examine(
    const struct chain *chain, const char *file, struct findings *findings);

/* Warns of certificates that are expired or will expire within `days`. */
void chain_warn(const struct chain *chain, const char *file, int64_t days,
    struct findings *findings);

/* Return the index of the certificate that ends first, and of the one that begins last. The
 * chain is valid between these two times. It has at least one certificate. */
size_t chain_first_to_end(const struct chain *chain);
size_t chain_last_to_begin(const struct chain *chain);

#endif
