/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_PAIRSOURCE_H
#define TLSD_TLS_KEYS_PAIRSOURCE_H

/* The sources of a service's key pairs: files, folders and tokens, and the files with their
 * OCSP responses. */

#include <stdbool.h>
#include <stddef.h>

#include "base/text/stringlist.h"

struct findings;
struct keypair;
struct keyring;
struct staple;

struct pairs_settings {
	struct stringlist
	    cert; /* certificate files or URLs; at least one, or a folder */
	struct stringlist key; /* the key of each; empty: `cert` has the keys */
	char *cert_dir; /* a folder of more pairs: certdir.h; "" for none */
	char *pin_file; /* "" for none */
	struct stringlist ocsp_response; /* files, in any order */
	bool decrypt; /* clients may encrypt to the keys; context.h sets it */
};

/* A pair with its OCSP response. */
struct offer {
	struct keypair *pair; /* a reference */
	struct staple *staple; /* its OCSP response; NULL for none */
};

/*
 * Loads and checks all pairs by `keyring`, each with its OCSP response, in the order of the
 * settings. The caller frees the array `*offers`, and each element with offer_fini(). Errors
 * and warnings go into `findings`, each text starting with its key. A certificate that demands
 * a response but has no fresh one is an error. Returns the number of pairs.
 */
size_t pairsource_load(const struct pairs_settings *settings, struct keyring *keyring,
    struct offer **offers, struct findings *findings);

void offer_fini(struct offer *offer);

#endif
