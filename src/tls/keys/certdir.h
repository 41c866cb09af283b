/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_CERTDIR_H
#define TLSD_TLS_KEYS_CERTDIR_H

/*
 * A folder of key pairs: NAME.crt with NAME.key; NAME.pem with NAME.key or with the key inside;
 * NAME.cer with NAME.key; and folders as certbot, cert-manager and acme.sh make them. All other
 * files are ignored, including those that these clients and lego put next to a pair.
 */

struct findings;
struct stringlist;

/*
 * Adds the files of each pair in `folder` to `certs` and `keys`, sorted by name. The key is ""
 * if the certificate's file contains it. Errors go into `findings`, starting with "cert-dir".
 */
void certdir_list(const char *folder, struct stringlist *certs, struct stringlist *keys,
    struct findings *findings);

/* Adds the paths to watch: if none of them changes, certdir_list() finds the same pairs. They
 * are its files, and folders as "FOLDER/.". */
void certdir_watched(const char *folder, struct stringlist *paths);

#endif
