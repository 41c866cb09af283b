/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_FILES_PAIRFILES_H
#define TLSD_CERT_FILES_PAIRFILES_H

/* The files for a certificate and its key: both are written, or neither. */

#include "base/file/file.h"

struct arguments;
struct findings;

struct pairfiles {
	char *cert, *key;
};

/*
 * Chooses the paths: --cert and --key; else BASE.crt and BASE.key in --out-dir. If only --cert
 * is given, the key has its path with the ending .key. pairfiles_fini() frees them.
 */
void pairfiles_init(
    struct pairfiles *files, const struct arguments *arguments, const char *base);
void pairfiles_fini(struct pairfiles *files);

/* Returns the path of the certificate `cert` with another ending, such as ".key"; the caller
 * frees it. */
char *pairfiles_beside(const char *cert, const char *ending);

/* Returns 0 if both may be written. Returns -1 after an error: an existing file that must be
 * kept, a missing folder, or one path for both files. */
int pairfiles_examine(const struct pairfiles *files, enum file_existing existing,
    struct findings *findings);

/* Checks one file as pairfiles_examine() does. */
int pairfiles_examine_path(
    const char *path, enum file_existing existing, struct findings *findings);

/*
 * Writes the key with the mode 0600 and the certificate with 0644. Returns 0, or -1 after an
 * error. Then neither new file exists, unless only the second rename failed. Old files are
 * replaced only after both new files are safely on the disk.
 */
int pairfiles_write(const struct pairfiles *files, const char *cert_pem,
    const char *key_pem, enum file_existing existing, struct findings *findings);

#endif
