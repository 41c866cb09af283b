/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PEM_H
#define TLSD_TLS_PEM_H

/*
 * The outside of a PEM file (RFC 7468): which blocks stand in it, and what a file without
 * any probably is. What is inside a block is for GnuTLS. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;

/* More than any file of certificates or keys that is meant for a server. */
#define PEM_FILE_LIMIT ((size_t)1 << 20)

struct pem_block {
	const char *text; /* from "-----BEGIN" to the end of the line "-----END" */
	size_t size;
	unsigned line; /* where it begins, counted from 1 */
	bool complete; /* it has its end line */
	char label[40]; /* "CERTIFICATE", "RSA PRIVATE KEY" */
};

/* Fills in the first block at or behind `*offset` of `data` and moves `*offset` behind it.
 * False when there is none left. `block` points into `data`. */
bool pem_next(const char *data, size_t size, size_t *offset, struct pem_block *block);

/* A copy of its text with a NUL behind it, for a library that wants bytes it may change.
 * The caller wipes what holds a secret and frees it. */
unsigned char *pem_copy(const struct pem_block *block);

bool pem_is(const struct pem_block *block, const char *label);
bool pem_is_certificate(const struct pem_block *block);
bool pem_is_private_key(const struct pem_block *block);

/* True if it holds certificates as PKCS#7 (RFC 7468, 8 and 9). */
bool pem_is_pkcs7(const struct pem_block *block);

/* Adds the error for a file in which no block stands: empty, DER, PKCS#12, PKCS#7, a keystore
 * of Java, a key of SSH, UTF-16, a web page or something else; `tool` is the openssl(1)
 * command that converts DER, "x509" or "pkey". */
void pem_report_none(const char *file, const char *data, size_t size, const char *tool,
    struct findings *findings);

#endif
