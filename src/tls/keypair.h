/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYPAIR_H
#define TLSD_TLS_KEYPAIR_H

/*
 * A certificate chain with its private key, read from PEM files and examined: what GnuTLS
 * would accept silently (an expired certificate, strangers in the chain, a key usage that
 * cannot sign) is found here. Immutable once loaded, so any thread may read it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct findings;
struct gnutls_certificate_credentials_st;
struct keypair;
struct stringlist;

struct keypair_files {
	const char *cert; /* the chain, the server's own certificate first */
	const char *key; /* NULL: the key stands in `cert` too */
	const char *pin_file; /* its first line opens an encrypted key; NULL for none */
};

/* In the order in which a server prefers them: the cheapest signature first. */
enum keypair_algorithm { KEYPAIR_ECDSA, KEYPAIR_EDDSA, KEYPAIR_RSA, KEYPAIR_OTHER };

/*
 * Loads and examines. Each thing wrong becomes an error in `findings` and each thing odd a
 * warning, one line that starts with the file's name and ends with the remedy. Returns the
 * pair, which keypair_free() frees, or NULL after at least one error.
 */
struct keypair *keypair_load(
    const struct keypair_files *files, struct findings *findings);
void keypair_free(struct keypair *pair);

enum keypair_algorithm keypair_algorithm(const struct keypair *pair);

/* "ECDSA P-256", "RSA 2048", "Ed25519": for people. */
const char *keypair_description(const struct keypair *pair);

/* The names it is good for: DNS names and IP addresses among the subject's alternative
 * names, or the common name if there are none (RFC 6125, 6.4.4). Owned by the pair. */
const struct stringlist *keypair_names(const struct keypair *pair);

/* When the first certificate ends and begins, seconds since 1970. */
time_t keypair_not_after(const struct keypair *pair);
time_t keypair_not_before(const struct keypair *pair);

/* Puts the pair into `credentials`, which keeps copies. 0, or -1 with the library's reason
 * in `findings`. Only for files under src/tls/. */
int keypair_install(const struct keypair *pair,
    struct gnutls_certificate_credentials_st *credentials, struct findings *findings);

#endif
