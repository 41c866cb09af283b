/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_AUTHORIZED_H
#define TLSD_TLS_CLIENTAUTH_AUTHORIZED_H

/*
 * The file authorized-certs: one line for each client, with the pin of its key, its name and
 * the services that it may use. Immutable once loaded, so any thread may look up clients. Only
 * for files that may use GnuTLS.
 */

#include <stddef.h>

struct authorized;
struct findings;
struct gnutls_x509_crt_int;

/* The part of a line that concerns a service. */
struct authorized_client {
	const char *name; /* NULL: as in the certificate */
};

/*
 * Reads the lines of the file `path` that apply to `service`. Each wrong line becomes an error
 * in `findings`, with a text that starts with "authorized-certs: FILE:LINE". Returns a pointer
 * for authorized_free(), or NULL after an error.
 */
struct authorized *authorized_new(
    const char *path, const char *service, struct findings *findings);
void authorized_free(struct authorized *authorized);

/* Returns the line with the pin of `cert`, owned by `authorized`, or NULL if there is none. */
const struct authorized_client *authorized_find(
    const struct authorized *authorized, struct gnutls_x509_crt_int *cert);

/* Returns the number of lines that apply to the service. */
size_t authorized_count(const struct authorized *authorized);

#endif
