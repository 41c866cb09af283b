/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_PEM_H
#define TLSD_TLS_X509_PEM_H

/*
 * The outer structure of a PEM file (RFC 7468): its blocks, and the probable format of a file
 * without any. GnuTLS parses the contents of a block. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;

/* Exceeds the size of any file of certificates or keys that is meant for a server. */
#define PEM_FILE_LIMIT ((size_t)1 << 20)

struct pem_block {
	const char *text; /* from "-----BEGIN" to the end of the line "-----END" */
	size_t size;
	unsigned line; /* where it begins, counted from 1 */
	bool complete; /* it has its end line */
	char label[40]; /* "CERTIFICATE", "RSA PRIVATE KEY" */
};

/* Fills in the first block of `data` that begins at or after `*offset`, and moves `*offset`
 * past it. Returns false if there is none left. `block` points into `data`. */
bool pem_next(const char *data, size_t size, size_t *offset, struct pem_block *block);

/* Returns a copy of its text with a NUL after it, for a library that needs writable bytes. The
 * caller frees the copy, and wipes it if it holds a secret. */
unsigned char *pem_copy(const struct pem_block *block);

bool pem_is(const struct pem_block *block, const char *label);
bool pem_is_certificate(const struct pem_block *block);
bool pem_is_private_key(const struct pem_block *block);

/* True if it holds certificates as PKCS#7 (RFC 7468, 8 and 9). */
bool pem_is_pkcs7(const struct pem_block *block);

/* Adds the error for a file without any block: empty, DER, PKCS#12, PKCS#7, a Java keystore, an
 * SSH key, UTF-16, a web page or something else. `tool` is the openssl(1) command that converts
 * DER, "x509" or "pkey". */
void pem_report_none(const char *file, const char *data, size_t size, const char *tool,
    struct findings *findings);

#endif
