/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRL_CRL_H
#define TLSD_CERT_CRL_CRL_H

/* The contents of a certificate revocation list (RFC 5280, 5). One thread at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "tls/x509/der.h"

struct findings;
struct gnutls_x509_crl_int;
struct gnutls_x509_crt_int;

/* Bytes; much more than for certificates, because a list grows. */
#define CRL_FILE_LIMIT ((size_t)1 << 26)

struct crl_entry {
	struct der serial; /* points into the list */
	time_t since;
	int reason; /* see crlreason.h; or CRLREASON_NONE */
};

struct crl {
	struct gnutls_x509_crl_int *handle;
	struct der_text der;
	struct crl_entry *entries; /* in the list's order */
	size_t count;
};

/* Reads the first list in the PEM text `data` into the all-zero `crl`; `file` is its origin.
 * Returns 0, or -1 after an error. Call crl_fini() in both cases. */
int crl_read(struct crl *crl, const char *file, const char *data, size_t size,
    struct findings *findings);
void crl_fini(struct crl *crl);

/* True if `cert` made the signature. */
bool crl_is_signed_by(const struct crl *crl, struct gnutls_x509_crt_int *cert);

/* True if it lists only changes since another list (RFC 5280, 5.2.4). */
bool crl_is_delta(const struct crl *crl);

/* Returns the entry for the serial number of `cert`, or NULL. Does not check the issuer. */
const struct crl_entry *crl_find(
    const struct crl *crl, struct gnutls_x509_crt_int *cert);

/* Returns the issuer's name, escaped; the caller frees it. */
char *crl_issuer(const struct crl *crl);
time_t crl_this_update(const struct crl *crl);

/* Returns -1 if the list does not have this time. */
time_t crl_next_update(const struct crl *crl);

/* Gets the CRL number, big-endian, at most `*size` bytes. False if it has none. */
bool crl_number(const struct crl *crl, unsigned char *number, size_t *size);

#endif
