/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_PAIRFILES_H
#define TLSD_CERT_PAIRFILES_H

/* The two files that a certificate and its key are written to: both or neither. */

#include "base/file.h"

struct arguments;
struct findings;

struct pairfiles {
	char *cert, *key;
};

/*
 * Chooses the paths: what --cert and --key say; else BASE.crt and BASE.key in --out-dir;
 * else, where only --cert is given, that with the ending .key. pairfiles_fini() frees them.
 */
void pairfiles_init(
    struct pairfiles *files, const struct arguments *arguments, const char *base);
void pairfiles_fini(struct pairfiles *files);

/* The path of the file beside the certificate `cert` whose ending is `ending`, such as
 * ".key", in place of what it was. The caller frees it. */
char *pairfiles_beside(const char *cert, const char *ending);

/* 0 when both may be written; -1 after an error for a file that is there already and to be
 * kept, for a folder that is missing and for two files that are one. */
int pairfiles_examine(const struct pairfiles *files, enum file_existing existing,
    struct findings *findings);

/* The same for any one file. */
int pairfiles_examine_path(
    const char *path, enum file_existing existing, struct findings *findings);

/*
 * Writes the key with the rights 0600 and the certificate with 0644. 0, or -1 after an error,
 * and then nothing new is there; what is to be replaced is so only after both new files are
 * safely on the disk.
 */
int pairfiles_write(const struct pairfiles *files, const char *cert_pem,
    const char *key_pem, enum file_existing existing, struct findings *findings);

#endif
