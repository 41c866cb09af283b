/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_OLDPAIR_H
#define TLSD_CERT_OLDPAIR_H

/* A certificate that is to be renewed, with its chain, and where its key stands. One thread at
 * a time. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "tls/chain.h"

struct findings;
struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

struct oldpair {
	const char *file; /* of the certificate; the caller's */
	char *key_file; /* NULL: the key stands in `file` too */
	char *data; /* of `file` */
	size_t size;
	struct chain chain;
};

/*
 * Reads `file` into the all-zero `old`, without the key: that is in `key_file` or, where that
 * is NULL, in `file` or beside it. A certificate that is no part of the chain is an error, for
 * renewing would lose it. 0, or -1 after an error; oldpair_fini() is right after both.
 */
int oldpair_read(struct oldpair *old, const char *file, const char *key_file,
    struct findings *findings);
void oldpair_fini(struct oldpair *old);

struct gnutls_x509_crt_int *oldpair_cert(const struct oldpair *old);

/* When it ends, seconds since 1970. */
time_t oldpair_end(const struct oldpair *old);

/* Where the key stands. */
const char *oldpair_key_file(const struct oldpair *old);
bool oldpair_has_key(const struct oldpair *old);

/* Reads the key, which `pin_file` opens if that is not NULL; the caller frees it. NULL after an
 * error. */
struct gnutls_x509_privkey_int *oldpair_read_key(
    const struct oldpair *old, const char *pin_file, struct findings *findings);

#endif
