/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SECRETS_PSKFILE_H
#define TLSD_TLS_SECRETS_PSKFILE_H

/*
 * A file of pre-shared keys: one line "IDENTITY:HEXKEY" for each client. Immutable once loaded,
 * so any thread may look up keys.
 */

#include <stddef.h>

struct findings;
struct pskfile;

enum {
	PSKFILE_IDENTITY_MAX = 128, /* bytes: as many as GnuTLS accepts */
	PSKFILE_KEY_MIN = 16, /* bytes: RFC 9257, 6 */
	PSKFILE_KEY_MAX = 256,
	PSKFILE_COUNT_MAX = 100000 /* identities in a file */
};

/* A line of the file. The bytes belong to the file's structure, and no NUL follows them. */
struct psk {
	const char *identity;
	const unsigned char *key;
	unsigned identity_size, key_size;
	unsigned line;
};

/*
 * Reads the file `path`. Each wrong line becomes an error in `findings`, with a text that
 * starts with "FILE:LINE: " and never contains a key. After some errors the rest is not read. A
 * file that everyone may read, or that has no key, is a warning. Returns a pointer for
 * pskfile_free(), or NULL after an error.
 */
struct pskfile *pskfile_new(const char *path, struct findings *findings);

/* Wipes the keys and frees them. */
void pskfile_free(struct pskfile *file);

/* Returns the line with these `size` bytes as its identity, owned by `file`, or NULL if there
 * is none. The time grows with the logarithm of the number of lines. */
const struct psk *pskfile_find(
    const struct pskfile *file, const void *identity, size_t size);

/* Returns the number of identities. */
size_t pskfile_count(const struct pskfile *file);

/* Returns line `i`, from 0 on, in the order of the identities. */
const struct psk *pskfile_at(const struct pskfile *file, size_t i);

#endif
