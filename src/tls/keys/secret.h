/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_SECRET_H
#define TLSD_TLS_KEYS_SECRET_H

/*
 * Files with secrets in them: passphrases, PINs, private keys. Safe in any thread.
 */

#include <stddef.h>

struct findings;

struct secret {
	char *text; /* NULL if there is none */
	size_t size;
};

/* Reads the first line of the file `path`. Returns 0, or -1 after an error; call secret_wipe()
 * in both cases. */
int secret_read(const char *path, struct secret *secret, struct findings *findings);
void secret_wipe(struct secret *secret);

/* Warns if everyone may read or write the file `path`, which contains `what`. */
void secret_check_rights(const char *path, const char *what, struct findings *findings);

#endif
