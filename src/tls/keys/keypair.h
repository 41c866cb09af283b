/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_KEYPAIR_H
#define TLSD_TLS_KEYS_KEYPAIR_H

/*
 * A certificate chain with its private key, from PEM files or PKCS#11 tokens. It checks for
 * problems that GnuTLS would silently accept: an expired certificate, strangers in the chain, a
 * key usage that cannot sign. Immutable once loaded, so any thread may read it.
 * Reference-counted, because configurations before and after a reload share the pairs whose
 * files have not changed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "tls/keys/clientcaps.h"

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
	const char *key; /* NULL: `cert` contains the key too */
	/* Its first line decrypts the key, or unlocks the key's token; NULL for none. */
	const char *pin_file;
	enum keypair_role role; /* the purpose to check it for */
	bool decrypts; /* clients encrypt to it: static RSA key exchange */
};

/* In the order in which a server prefers them: the cheapest signature first. DSA is refused;
 * "other" is for algorithms of later library versions. */
enum keypair_algorithm { KEYPAIR_ECDSA, KEYPAIR_EDDSA, KEYPAIR_RSA, KEYPAIR_OTHER };

/*
 * Loads and examines a pair. Each problem becomes an error in `findings` and each oddity a
 * warning, one line that starts with the file's name and ends with the remedy. Returns the pair
 * with one reference, or NULL after at least one error.
 *
 * Errors: a file that cannot be read, is not PEM or lacks a required part; a damaged
 * certificate or key; an encrypted key without the right passphrase; a key that does not belong
 * to the first certificate; RSA below 2,048 and elliptic curves below 256 bits; a key usage
 * that cannot sign.
 *
 * Warnings: expired, not yet valid, a SHA-1 or MD5 signature, a purpose other than the role's,
 * a key file that everyone may read or write. Also no names, a chain in the wrong order (it is
 * corrected) and certificates that do not belong to it (they are dropped). Each file is read
 * once; memory that held a key or a passphrase is wiped.
 */
struct keypair *keypair_load(
    const struct keypair_files *files, struct findings *findings);

/* Returns another reference. Any thread. */
struct keypair *keypair_take(struct keypair *pair);

/* Gives back a reference; the last one frees the pair. NULL is allowed. Any thread. */
void keypair_drop(struct keypair *pair);

enum keypair_algorithm keypair_algorithm(const struct keypair *pair);

/* Returns a description for people: "ECDSA P-256", "RSA 2048", "Ed25519". */
const char *keypair_description(const struct keypair *pair);

/* Returns the names that it is valid for: DNS names and IP addresses among the subject's
 * alternative names, or the common name if there are none (RFC 6125, 6.4.4). Owned by the pair. */
const struct stringlist *keypair_names(const struct keypair *pair);

/* True if one of the names matches `host`, exactly or as a wildcard. */
bool keypair_covers(const struct keypair *pair, const char *host);

/* Returns how well the pair suits the client, in TLS 1.3 or before it. */
enum suitability keypair_suits(
    const struct keypair *pair, const struct clientcaps *client, bool tls13);

/* Returns the file that the certificates were read from, or their URL. */
const char *keypair_file(const struct keypair *pair);

/* True if the whole chain is valid at `now`, seconds since 1970. */
bool keypair_is_valid(const struct keypair *pair, time_t now);

/* Returns the credential that a session presents; only for files under src/tls/. */
const struct credential *keypair_credential(const struct keypair *pair);

/* True if the certificate demands an OCSP response beside it (RFC 7633). */
bool keypair_must_staple(const struct keypair *pair);

/* Return when the first certificate of the chain to end ends, and when the last to begin
 * begins, in seconds since 1970. */
time_t keypair_not_after(const struct keypair *pair);
time_t keypair_not_before(const struct keypair *pair);

/* Warns of certificates of the chain that are expired or will expire within `days`. */
void keypair_warn(const struct keypair *pair, int64_t days, struct findings *findings);

/* Adds an error if the key is in a token with which this process cannot sign as its current
 * user. */
void keypair_prove(const struct keypair *pair, struct findings *findings);

#endif
