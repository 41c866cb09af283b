/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYPAIR_H
#define TLSD_TLS_KEYPAIR_H

/*
 * A certificate chain with its private key, out of PEM files or PKCS#11 tokens and examined: what GnuTLS
 * would accept silently (an expired certificate, strangers in the chain, a key usage that
 * cannot sign) is found here. Immutable once loaded, so any thread may read it, and counted, as
 * the configurations before and after a reload share the pairs whose files have not changed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "tls/capabilities.h"

struct credential;
struct findings;
struct keypair;
struct stringlist;

enum keypair_role {
	KEYPAIR_SERVER, /* must have names, and server authentication as a purpose */
	KEYPAIR_CLIENT /* must have client authentication as a purpose */
};

struct keypair_files {
	/* Paths, or URLs of objects in tokens. */
	const char *cert; /* the chain, the server's own certificate first */
	const char *key; /* NULL: the key stands in `cert` too */
	/* Its first line opens an encrypted key, or the key's token; NULL for none. */
	const char *pin_file;
	enum keypair_role role; /* what it is examined for */
	bool decrypts; /* clients encrypt to it: static RSA key exchange */
};

/* In the order in which a server prefers them: the cheapest signature first. DSA is
 * refused; "other" is what a later library may bring. */
enum keypair_algorithm { KEYPAIR_ECDSA, KEYPAIR_EDDSA, KEYPAIR_RSA, KEYPAIR_OTHER };

/*
 * Loads and examines. Each thing wrong becomes an error in `findings` and each thing odd a
 * warning, one line that starts with the file's name and ends with the remedy. Returns the
 * pair with one reference, or NULL after at least one error.
 *
 * Errors: a file that cannot be read, is no PEM or lacks what is wanted; a damaged
 * certificate or key; an encrypted key without the right passphrase; a key that does not
 * belong to the first certificate; RSA below 2,048 and elliptic curves below 256 bits; a key
 * usage that cannot sign. Warnings: expired, not yet valid, a chain in the wrong order (it
 * is put right), certificates that are no part of it (they are left out), a SHA-1 or MD5
 * signature, a purpose other than the role's, no names, a key file that everyone may read
 * or write. Each file is read once; what held a key or a passphrase is wiped.
 */
struct keypair *keypair_load(
    const struct keypair_files *files, struct findings *findings);

/* Another reference. Any thread. */
struct keypair *keypair_take(struct keypair *pair);

/* Gives a reference back; the last one frees. NULL is fine. Any thread. */
void keypair_drop(struct keypair *pair);

enum keypair_algorithm keypair_algorithm(const struct keypair *pair);

/* "ECDSA P-256", "RSA 2048", "Ed25519": for people. */
const char *keypair_description(const struct keypair *pair);

/* The names it is good for: DNS names and IP addresses among the subject's alternative
 * names, or the common name if there are none (RFC 6125, 6.4.4). Owned by the pair. */
const struct stringlist *keypair_names(const struct keypair *pair);

/* One of them stands for `host`, by itself or as a wildcard. */
bool keypair_covers(const struct keypair *pair, const char *host);

/* Returns how well the pair suits the client, in TLS 1.3 or before it. */
enum suitability keypair_suits(
    const struct keypair *pair, const struct capabilities *client, bool tls13);

/* The file that the certificates were read from, or their URL. */
const char *keypair_file(const struct keypair *pair);

/* All of the chain is good at `now`, seconds since 1970. */
bool keypair_is_valid(const struct keypair *pair, time_t now);

/* What a session presents; for files under src/tls/ only. */
const struct credential *keypair_credential(const struct keypair *pair);

/* True if the certificate demands an OCSP response beside it (RFC 7633). */
bool keypair_must_staple(const struct keypair *pair);

/* When the first of the chain ends, and the last of it begins, seconds since 1970. */
time_t keypair_not_after(const struct keypair *pair);
time_t keypair_not_before(const struct keypair *pair);

/* Warns of certificates of the chain that are expired, or will be within `days`. */
void keypair_warn(const struct keypair *pair, int64_t days, struct findings *findings);

/* Adds an error if the key is in a token with which this process, as this user, cannot
 * sign. */
void keypair_prove(const struct keypair *pair, struct findings *findings);

#endif
