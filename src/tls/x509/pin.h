/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_PIN_H
#define TLSD_TLS_X509_PIN_H

/*
 * The pin of a public key: the SHA-256 of its SubjectPublicKeyInfo (RFC 7469, 2.4), written
 * "pin-sha256:" and base64, as tlscert(1) shows it. It stays valid when the key gets a new
 * certificate. Thread-safe. Only for files that may use GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>

struct gnutls_x509_crt_int;

struct pin {
	unsigned char hash[32];
};

/* Parses the `length` bytes of `text`. Returns 0, or -1 if that is not a pin. */
int pin_parse(const char *text, size_t length, struct pin *pin);

/* Computes the pin of the key in `cert`. Returns 0, or -1 when memory is exhausted. */
int pin_read(struct gnutls_x509_crt_int *cert, struct pin *pin);

/* Writes "pin-sha256:" and 44 letters. Returns `out`. */
#define PIN_TEXT_SIZE 56
char *pin_format(const struct pin *pin, char out[PIN_TEXT_SIZE]);

bool pin_equal(const struct pin *a, const struct pin *b);

#endif
