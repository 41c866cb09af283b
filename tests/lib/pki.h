/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_PKI_H
#define TLSD_TESTS_PKI_H

/*
 * Certificates and keys for tests, made at run time: the source tree contains none, and
 * none expire. Failures are reported with Check's assertions. Results of the type
 * `const char *` are freed when the process exits.
 */

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

enum { PKI_DAY = 86400 };

struct pki_options {
	const char *name; /* the common name; NULL for an empty subject */
	const char *const *dns; /* alternative names, NULL-terminated; NULL for none */
	const char *ip; /* IP address among them; NULL for none */
	gnutls_pk_algorithm_t algorithm; /* 0: ECDSA */
	unsigned bits; /* 0: P-256 or RSA 2048; GNUTLS_CURVE_TO_BITS() */
	gnutls_digest_algorithm_t hash; /* 0: SHA-256 */
	long begins, ends; /* seconds from now; both 0: an hour ago, in 30 days */
	unsigned usage; /* GNUTLS_KEY_*; 0: as the purpose needs */
	const char *purpose; /* an OID; NULL for server authentication */
	bool ca; /* may issue certificates */
};

struct pki_pair {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

/* Makes a pair. `issuer` signs the certificate; NULL: self-signed. */
struct pki_pair *pki_make(
    const struct pki_options *options, const struct pki_pair *issuer);

/* Makes a certificate as `options` say for a copy of the key of `same_key`. */
struct pki_pair *pki_make_again(const struct pki_options *options,
    const struct pki_pair *issuer, const struct pki_pair *same_key);
void pki_free(struct pki_pair *pair);

/* Return an authority, and a server for localhost and 127.0.0.1, as most tests need them. */
struct pki_pair *pki_ca(const char *name);
struct pki_pair *pki_server(const struct pki_pair *issuer);

enum pki_form {
	PKI_PKCS8,
	PKI_TRADITIONAL, /* PKCS#1 or SEC1 */
	PKI_PKCS8_ENCRYPTED, /* PBES2 with AES-256 */
	PKI_TRADITIONAL_ENCRYPTED /* DEK-Info: AES-128-CBC */
};

const char *pki_cert_pem(const struct pki_pair *pair);
const char *pki_key_pem(
    const struct pki_pair *pair, enum pki_form form, const char *passphrase);

/* Write a file into suite_folder(), with mode 0600. Return its path. */
const char *pki_cert_file(const char *name, const struct pki_pair *pair);
const char *pki_key_file(const char *name, const struct pki_pair *pair);

/* Returns the texts, concatenated. */
#define PKI_JOIN(...) pki_join((const char *const[]){ __VA_ARGS__, NULL })
const char *pki_join(const char *const *parts);

#endif
