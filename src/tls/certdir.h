/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CERTDIR_H
#define TLSD_TLS_CERTDIR_H

/*
 * A folder of key pairs: NAME.crt with NAME.key beside it, NAME.pem likewise or with the key in
 * it, NAME.cer with NAME.key, and folders as certbot, cert-manager and acme.sh make them. What
 * these and lego put beside a pair, and all else, is left alone.
 */

struct findings;
struct stringlist;

/*
 * Adds the files of each pair in `folder` to `certs` and `keys`, by name; the key is "" where
 * it stands in the certificate's file. Errors go into `findings`, starting with "cert-dir".
 */
void certdir_list(const char *folder, struct stringlist *certs, struct stringlist *keys,
    struct findings *findings);

/* Adds what has to change for certdir_list() to find anything else: its files, and folders as
 * "FOLDER/.". */
void certdir_watched(const char *folder, struct stringlist *paths);

#endif
