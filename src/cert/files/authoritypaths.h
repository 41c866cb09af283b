/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_FILES_AUTHORITYPATHS_H
#define TLSD_CERT_FILES_AUTHORITYPATHS_H

/* The paths of an authority's files: its certificate, its key and its revocation list. */

#include "cert/issue/authority.h"

struct arguments;

struct authoritypaths {
	char *cert, *key, *crl;
	struct authority_files files; /* for authority_load(); points to these paths */
};

/* Chooses the paths: --ca-cert, or ca.crt in `folder`; --ca-key and --crl, or the certificate's
 * path with the endings .key and .crl. authoritypaths_fini() frees them. */
void authoritypaths_init(struct authoritypaths *paths,
    const struct arguments *arguments, const char *folder);
void authoritypaths_fini(struct authoritypaths *paths);

#endif
