/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRL_H
#define TLSD_CERT_CRL_H

/*
 * A certificate revocation list (RFC 5280, 5): what stands in it, and the next one after it.
 * One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cert/der.h"

struct authority;
struct findings;
struct gnutls_x509_crl_int;
struct gnutls_x509_crt_int;

/* Much more than certificates have: a list grows. */
#define CRL_FILE_LIMIT ((size_t)1 << 26)

/* No reason is given for a revocation, or one that RFC 5280 does not know. */
#define CRL_NO_REASON 0

struct crl_entry {
	struct der serial; /* points into the list */
	time_t since;
	int reason; /* a CRLReason, or CRL_NO_REASON */
};

struct crl {
	struct gnutls_x509_crl_int *handle;
	struct der_text der;
	struct crl_entry *entries; /* in the list's order */
	size_t count;
};

/* "keyCompromise" for 1: the words of RFC 5280, 5.3.1. */
const char *crl_reason_name(int reason);

/* The number for one of these words, in any case; -1 for another word and for what cannot be
 * said of a certificate for good: certificateHold, removeFromCRL, aACompromise. */
int crl_reason_number(const char *name);

/* All the words that crl_reason_number() takes. */
#define CRL_REASONS                                                                  \
	"unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, " \
	"cessationOfOperation, privilegeWithdrawn"

/* Reads the first list in the PEM text `data` into the all-zero `crl`; `file` is where it came
 * from. 0, or -1 after an error; crl_fini() is right after both. */
int crl_read(struct crl *crl, const char *file, const char *data, size_t size,
    struct findings *findings);
void crl_fini(struct crl *crl);

/* `cert` made the signature. */
bool crl_is_signed_by(const struct crl *crl, struct gnutls_x509_crt_int *cert);

/* It lists only what changed since another one (RFC 5280, 5.2.4). */
bool crl_is_delta(const struct crl *crl);

/* The entry for `cert`, or NULL. Says nothing about who issued it. */
const struct crl_entry *crl_find(
    const struct crl *crl, struct gnutls_x509_crt_int *cert);

/* The issuer's name, escaped; the caller frees it. */
char *crl_issuer(const struct crl *crl);
time_t crl_this_update(const struct crl *crl);

/* -1: it does not say. */
time_t crl_next_update(const struct crl *crl);

/* The CRL number, big-endian, at most `*size` bytes. False if it has none. */
bool crl_number(const struct crl *crl, unsigned char *number, size_t *size);

struct crl_request {
	const struct crl *old; /* what is kept; NULL for nothing */
	struct gnutls_x509_crt_int *const *certs; /* what is added, `count` of them */
	size_t count;
	int reason; /* of these */
	const struct authority *authority; /* who signs */
	int days; /* until the next update */
};

/*
 * Makes the list after `old`, with a number greater by one, or the first one. Whatever stood
 * in the old one is kept byte by byte. Returns its PEM text, which the caller frees, or NULL
 * after an error.
 */
char *crl_make(const struct crl_request *request, struct findings *findings);

#endif
