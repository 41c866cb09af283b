/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and keys for tests. */
#include "lib/pki.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory/memory.h"
#include "lib/suite.h"

#define GOOD(call) ck_assert_int_ge((call), 0)

static const char *
take(gnutls_datum_t *datum)
{
	const char *text = suite_keep((const char *)datum->data, datum->size);

	gnutls_free(datum->data);
	return text;
}

static gnutls_x509_privkey_t
make_key(const struct pki_options *options)
{
	gnutls_pk_algorithm_t algorithm =
	    options->algorithm != 0 ? options->algorithm : GNUTLS_PK_ECDSA;
	unsigned bits = options->bits;
	gnutls_x509_privkey_t key;

	if (bits == 0)
		bits = algorithm == GNUTLS_PK_RSA
		           ? 2048
		           : GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	GOOD(gnutls_x509_privkey_init(&key));
	GOOD(gnutls_x509_privkey_generate(key, algorithm, bits, 0));
	return key;
}

static void
set_names(gnutls_x509_crt_t cert, const struct pki_options *options)
{
	unsigned char ip[16];

	if (options->name != NULL)
		GOOD(gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0,
		    options->name, (unsigned)strlen(options->name)));
	for (const char *const *dns = options->dns; dns != NULL && *dns != NULL; dns++)
		GOOD(gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME,
		    *dns, (unsigned)strlen(*dns), GNUTLS_FSAN_APPEND));
	if (options->ip == NULL)
		return;
	bool v6 = strchr(options->ip, ':') != NULL;
	ck_assert_int_eq(inet_pton(v6 ? AF_INET6 : AF_INET, options->ip, ip), 1);
	GOOD(gnutls_x509_crt_set_subject_alt_name(
	    cert, GNUTLS_SAN_IPADDRESS, ip, v6 ? 16 : 4, GNUTLS_FSAN_APPEND));
}

static void
set_use(gnutls_x509_crt_t cert, const struct pki_options *options)
{
	unsigned usage = options->ca ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
	                             : GNUTLS_KEY_DIGITAL_SIGNATURE;

	if (options->usage != 0)
		usage = options->usage;
	GOOD(gnutls_x509_crt_set_key_usage(cert, usage));
	GOOD(gnutls_x509_crt_set_basic_constraints(cert, options->ca, -1));
	if (options->ca)
		return;
	GOOD(gnutls_x509_crt_set_key_purpose_oid(cert,
	    options->purpose != NULL ? options->purpose : GNUTLS_KP_TLS_WWW_SERVER, 0));
}

static void
set_life(gnutls_x509_crt_t cert, const struct pki_options *options)
{
	bool usual = options->begins == 0 && options->ends == 0;
	time_t now = time(NULL);
	unsigned char serial[16];

	GOOD(gnutls_x509_crt_set_version(cert, 3));
	GOOD(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));
	serial[0] = (serial[0] & 0x7f) | 1;
	GOOD(gnutls_x509_crt_set_serial(cert, serial, sizeof serial));
	GOOD(gnutls_x509_crt_set_activation_time(
	    cert, now + (usual ? -3600 : options->begins)));
	GOOD(gnutls_x509_crt_set_expiration_time(
	    cert, now + (usual ? 30 * PKI_DAY : options->ends)));
}

static void
set_key(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key)
{
	unsigned char id[20];
	size_t size = sizeof id;

	GOOD(gnutls_x509_crt_set_key(cert, key));
	GOOD(gnutls_x509_crt_get_key_id(cert, 0, id, &size));
	GOOD(gnutls_x509_crt_set_subject_key_id(cert, id, size));
}

static void
sign(gnutls_x509_crt_t cert, const struct pki_pair *issuer,
    const struct pki_options *options)
{
	unsigned char id[20];
	size_t size = sizeof id;
	bool eddsa = gnutls_x509_privkey_get_pk_algorithm(issuer->key) ==
	             GNUTLS_PK_EDDSA_ED25519;

	GOOD(gnutls_x509_crt_get_key_id(issuer->cert, 0, id, &size));
	GOOD(gnutls_x509_crt_set_authority_key_id(cert, id, size));
	GOOD(gnutls_x509_crt_sign2(cert, issuer->cert, issuer->key,
	    options->hash != 0 ? options->hash
			       : (eddsa ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256),
	    0));
}

static struct pki_pair *
certify(const struct pki_options *options, const struct pki_pair *issuer,
    gnutls_x509_privkey_t key)
{
	struct pki_pair *pair = memory_new(sizeof *pair);

	pair->key = key;
	GOOD(gnutls_x509_crt_init(&pair->cert));
	set_life(pair->cert, options);
	set_key(pair->cert, key);
	set_names(pair->cert, options);
	set_use(pair->cert, options);
	sign(pair->cert, issuer != NULL ? issuer : pair, options);
	return pair;
}

struct pki_pair *
pki_make(const struct pki_options *options, const struct pki_pair *issuer)
{
	return certify(options, issuer, make_key(options));
}

struct pki_pair *
pki_make_again(const struct pki_options *options, const struct pki_pair *issuer,
    const struct pki_pair *same_key)
{
	gnutls_x509_privkey_t key;

	GOOD(gnutls_x509_privkey_init(&key));
	GOOD(gnutls_x509_privkey_cpy(key, same_key->key));
	return certify(options, issuer, key);
}

void
pki_free(struct pki_pair *pair)
{
	if (pair == NULL)
		return;
	gnutls_x509_crt_deinit(pair->cert);
	gnutls_x509_privkey_deinit(pair->key);
	free(pair);
}

struct pki_pair *
pki_ca(const char *name)
{
	return pki_make(&(struct pki_options){ .name = name, .ca = true }, NULL);
}

struct pki_pair *
pki_server(const struct pki_pair *issuer)
{
	static const char *const dns[] = { "localhost", NULL };

	return pki_make(
	    &(struct pki_options){ .name = "localhost", .dns = dns, .ip = "127.0.0.1" },
	    issuer);
}

const char *
pki_cert_pem(const struct pki_pair *pair)
{
	gnutls_datum_t pem;

	GOOD(gnutls_x509_crt_export2(pair->cert, GNUTLS_X509_FMT_PEM, &pem));
	return take(&pem);
}

/* EVP_BytesToKey() with MD5 and one round, as far as AES-128 needs it. */
static void
derive_key(const char *passphrase, const unsigned char salt[8], unsigned char key[16])
{
	char *text = memory_new(strlen(passphrase) + 8);

	memcpy(text, passphrase, strlen(passphrase));
	memcpy(text + strlen(passphrase), salt, 8);
	GOOD(gnutls_hash_fast(GNUTLS_DIG_MD5, text, strlen(passphrase) + 8, key));
	free(text);
}

/* Pads `der` to whole blocks (RFC 1423, 1.1) and encrypts it in place. */
static void
encrypt(gnutls_datum_t *der, const char *passphrase, unsigned char iv[16])
{
	unsigned char key[16], padding = (unsigned char)(16 - der->size % 16);
	gnutls_datum_t key_datum = { key, 16 }, iv_datum = { iv, 16 };
	gnutls_cipher_hd_t cipher;

	der->data = gnutls_realloc(der->data, der->size + padding);
	memset(der->data + der->size, padding, padding);
	der->size += padding;
	derive_key(passphrase, iv, key);
	GOOD(gnutls_cipher_init(
	    &cipher, GNUTLS_CIPHER_AES_128_CBC, &key_datum, &iv_datum));
	GOOD(gnutls_cipher_encrypt(cipher, der->data, der->size));
	gnutls_cipher_deinit(cipher);
}

/* Returns the key in OpenSSL's traditional PEM format, encrypted with a passphrase. */
static const char *
export_dek_info(const struct pki_pair *pair, const char *passphrase)
{
	bool rsa = gnutls_x509_privkey_get_pk_algorithm(pair->key) == GNUTLS_PK_RSA;
	const char *label = rsa ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
	unsigned char iv[16];
	char iv_text[33];
	gnutls_datum_t der, base64;

	GOOD(gnutls_x509_privkey_export2(pair->key, GNUTLS_X509_FMT_DER, &der));
	GOOD(gnutls_rnd(GNUTLS_RND_NONCE, iv, sizeof iv));
	for (int i = 0; i < 16; i++)
		snprintf(iv_text + 2 * i, 3, "%02X", iv[i]);
	encrypt(&der, passphrase, iv);
	GOOD(gnutls_pem_base64_encode2(label, &der, &base64));
	gnutls_free(der.data);
	const char *pem = take(&base64);
	const char *body = strchr(pem, '\n') + 1;
	char *text = memory_format("-----BEGIN %s-----\nProc-Type: 4,ENCRYPTED\n"
				   "DEK-Info: AES-128-CBC,%s\n\n%s",
	    label, iv_text, body);
	const char *kept = suite_keep(text, strlen(text));
	free(text);
	return kept;
}

const char *
pki_key_pem(const struct pki_pair *pair, enum pki_form form, const char *passphrase)
{
	gnutls_datum_t pem;

	switch (form) {
	case PKI_TRADITIONAL:
		GOOD(gnutls_x509_privkey_export2(pair->key, GNUTLS_X509_FMT_PEM, &pem));
		break;
	case PKI_TRADITIONAL_ENCRYPTED:
		return export_dek_info(pair, passphrase);
	case PKI_PKCS8:
	case PKI_PKCS8_ENCRYPTED:
		GOOD(gnutls_x509_privkey_export2_pkcs8(pair->key, GNUTLS_X509_FMT_PEM,
		    form == PKI_PKCS8 ? NULL : passphrase,
		    form == PKI_PKCS8 ? GNUTLS_PKCS_PLAIN : GNUTLS_PKCS_PBES2_AES_256,
		    &pem));
	}
	return take(&pem);
}

const char *
pki_cert_file(const char *name, const struct pki_pair *pair)
{
	return suite_file(name, pki_cert_pem(pair));
}

const char *
pki_key_file(const char *name, const struct pki_pair *pair)
{
	return suite_file(name, pki_key_pem(pair, PKI_PKCS8, NULL));
}

const char *
pki_join(const char *const *parts)
{
	char *all = memory_copy("");

	for (; *parts != NULL; parts++)
		memory_append(&all, "%s", *parts);
	const char *kept = suite_keep(all, strlen(all));
	free(all);
	return kept;
}
