/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_AUTHORITYPATHS_H
#define TLSD_CERT_AUTHORITYPATHS_H

/* Where an authority's files are: its certificate, its key and its revocation list. */

#include "cert/authority.h"

struct arguments;

struct authoritypaths {
	char *cert, *key, *crl;
	struct authority_files files; /* what authority_load() wants; points to these */
};

/* What --ca-cert, --ca-key and --crl say; else ca.crt in `folder`, and beside the certificate
 * what has its name with the endings .key and .crl. authoritypaths_fini() frees them. */
void authoritypaths_init(struct authoritypaths *paths,
    const struct arguments *arguments, const char *folder);
void authoritypaths_fini(struct authoritypaths *paths);

#endif
