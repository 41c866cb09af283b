/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CREDENTIAL_H
#define TLSD_TLS_CREDENTIAL_H

/* What sessions are equipped with: certificates with their keys, by the names that they are
 * for. Only for files that may know GnuTLS. */

struct chain;
struct gnutls_certificate_credentials_st;
struct gnutls_privkey_st;
struct stringlist;

/*
 * Adds copies of `chain` and `names`, and `key`, which it takes over, after proving by a
 * signature that the key belongs to the first certificate. Returns the number that the pair
 * has got, or an error of the library; the key is the caller's then.
 */
int credential_add(struct gnutls_certificate_credentials_st *credentials,
    const struct chain *chain, const struct stringlist *names,
    struct gnutls_privkey_st *key);

#endif
