/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_CREDENTIAL_H
#define TLSD_TLS_KEYS_CREDENTIAL_H

/*
 * A chain and its key in the form in which a session presents them. Immutable once made, so
 * that sessions in several threads can share it. Only for files that may use GnuTLS.
 */

struct chain;
struct gnutls_pcert_st;
struct gnutls_privkey_st;
struct signer;

struct credential {
	struct gnutls_pcert_st *certs; /* the server's own first */
	unsigned count;
	struct gnutls_privkey_st *key;
};

/* Fills the all-zero `credential` with copies of `chain` and of the key of `signer`, which must
 * outlive it if the key is in a token. Returns 0, or a code of the library; call
 * credential_fini() in both cases. */
int credential_init(struct credential *credential, const struct chain *chain,
    const struct signer *signer);
void credential_fini(struct credential *credential);

/* Fills the all-zero `chain` with copies of the certificates, for callers that need more than
 * what is presented. Returns 0, or a code of the library; call chain_fini() in both cases. */
int credential_chain(const struct credential *credential, struct chain *chain);

#endif
