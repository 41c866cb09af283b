/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_FILES_RENEWALSOURCE_H
#define TLSD_CERT_FILES_RENEWALSOURCE_H

/* A certificate to renew, its chain, and the place of its key. One thread at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "tls/x509/chain.h"

struct findings;
struct gnutls_x509_crt_int;
struct gnutls_x509_privkey_int;

struct renewalsource {
	const char *file; /* of the certificate; the caller owns it */
	char *key_file; /* NULL: the key is in `file` */
	char *data; /* of `file` */
	size_t size;
	struct chain chain;
};

/*
 * Reads `file` into the all-zero `old`, without the key. The key is in `key_file` or, if that
 * is NULL, in `file` or in a file beside it. A certificate outside the chain is an error,
 * because renewing would lose it. Returns 0, or -1 after an error. Call renewalsource_fini()
 * in both cases.
 */
int renewalsource_read(struct renewalsource *old, const char *file,
    const char *key_file, struct findings *findings);
void renewalsource_fini(struct renewalsource *old);

struct gnutls_x509_crt_int *renewalsource_cert(const struct renewalsource *old);

/* Returns the end of its validity, in seconds since 1970. */
time_t renewalsource_end(const struct renewalsource *old);

/* Returns the path of the file that contains the key. */
const char *renewalsource_key_file(const struct renewalsource *old);
bool renewalsource_has_key(const struct renewalsource *old);

/* Reads the key, which `pin_file` decrypts if it is not NULL; the caller frees it. Returns NULL
 * after an error. */
struct gnutls_x509_privkey_int *renewalsource_read_key(
    const struct renewalsource *old, const char *pin_file, struct findings *findings);

#endif
