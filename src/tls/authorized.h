/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_AUTHORIZED_H
#define TLSD_TLS_AUTHORIZED_H

/*
 * The file authorized-certs: clients by the pins of their keys, a line each, with the names
 * that they go by and the services that they may use. Immutable once loaded, so any thread
 * may look up. Only for files that may know GnuTLS.
 */

#include <stddef.h>

struct authorized;
struct findings;
struct gnutls_x509_crt_int;

/* One line, as far as it concerns a service. */
struct authorized_client {
	const char *name; /* NULL: as in the certificate */
};

/*
 * Reads the lines of the file `path` that are for `service`. All wrong lines become errors
 * in `findings`, each text starting with "authorized-certs: FILE:LINE". Returns what
 * authorized_free() frees; NULL after an error.
 */
struct authorized *authorized_new(
    const char *path, const char *service, struct findings *findings);
void authorized_free(struct authorized *authorized);

/* The line with the pin of `cert`; NULL if there is none. Owned by `authorized`. */
const struct authorized_client *authorized_find(
    const struct authorized *authorized, struct gnutls_x509_crt_int *cert);

/* How many lines are for the service. */
size_t authorized_count(const struct authorized *authorized);

#endif
