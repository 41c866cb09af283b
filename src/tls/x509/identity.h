/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_IDENTITY_H
#define TLSD_TLS_X509_IDENTITY_H

/*
 * The identity of a client by its certificate or pre-shared key, in words that are safe
 * everywhere. Text from the client is escaped by text_escape_name() or, in a distinguished name,
 * by text_escape_dn(). Plain storage; thread-safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct gnutls_x509_crt_int;

struct identity {
	bool verified; /* the certificate passed every check of the service */
	bool is_psk; /* of a pre-shared key: there is no text from a certificate */
	char name[256]; /* from authorized-certs, or the common name, or the subject */
	char subject[512], issuer[512]; /* as in RFC 4514: "CN=alice,O=Example" */
	char serial[64]; /* hexadecimal, upper case: "0A1B2C" */
	char fingerprint[65]; /* SHA-256 of the certificate, hexadecimal, lower case */
	int64_t not_after; /* when the certificate expires; a pre-shared key does not */
};

/* Fills in all fields from `cert`, as not verified. */
void identity_read(struct gnutls_x509_crt_int *cert, struct identity *identity);

/* Fills in all fields, as not verified, for a client whose pre-shared key has the identity of
 * `size` bytes at `name`. */
void identity_from_psk(const void *name, size_t size, struct identity *identity);

/* Sets the client's name to `name`, which is text to print. */
void identity_rename(struct identity *identity, const char *name);

/* Returns the common name of the subject unchanged; it lives as long as `cert`. Returns false
 * if there is none, or several, or one whose bytes are not text by themselves. For files that
 * may use GnuTLS: `name` is a gnutls_datum_t. */
bool identity_common_name(struct gnutls_x509_crt_int *cert, void *name);

#define IDENTITY_WORD_SIZE 1024

/* Writes the name as one word for a log line, with blanks and quotes escaped too; "-" for NULL.
 * Returns `out`. */
const char *identity_word(
    const struct identity *identity, char out[IDENTITY_WORD_SIZE]);

#endif
