/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing by OpenSSL's libcrypto. */
#include "config.h"

#include "tls/accel/libcrypto.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef HAVE_LIBCRYPTO
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdlib.h>

#include "base/memory/memory.h"

/*
 * The ways in which a key of each kind can sign. GnuTLS always computes the hash. For PKCS #1
 * it also encodes which hash it was, so that its own name for all of these is "raw". On curves
 * other than P-256 libcrypto is slower.
 */
static const struct way {
	gnutls_pk_algorithm_t key;
	gnutls_sign_algorithm_t algorithm;
	int padding; /* for RSA */
	const EVP_MD *(*hash)(void); /* for RSA-PSS */
} ways[] = {
	{ GNUTLS_PK_ECDSA, GNUTLS_SIGN_ECDSA_SHA256, 0, NULL },
	{ GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_RAW, RSA_PKCS1_PADDING, NULL },
	{ GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, RSA_PKCS1_PSS_PADDING,
	    EVP_sha256 },
	{ GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, RSA_PKCS1_PSS_PADDING,
	    EVP_sha384 },
	{ GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, RSA_PKCS1_PSS_PADDING,
	    EVP_sha512 },
};

enum { WAYS = sizeof ways / sizeof ways[0], P256_SIZE = 32 };

struct libcrypto_key {
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
	size_t signature_size; /* at most */
	/* Contexts ready to sign; a copy of one signs. NULL if the key does not sign in that
	 * way. */
	EVP_PKEY_CTX *contexts[WAYS];
};

const char *
libcrypto_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}

/* Converts the key by way of PKCS #8, which libcrypto takes a third of a millisecond to read. */
static EVP_PKEY *
convert_rsa(gnutls_x509_privkey_t key)
{
	gnutls_datum_t der = { NULL, 0 };

	if (gnutls_x509_privkey_export2_pkcs8(
		key, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN, &der) < 0)
		return NULL;
	const unsigned char *place = der.data;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &place, der.size);
	EVP_PKEY *converted = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	memory_wipe(der.data, der.size);
	gnutls_free(der.data);
	return converted;
}

/* Writes a number of GnuTLS's, big-endian and as long as necessary, with P256_SIZE bytes, in
 * that order or in the machine's. */
static bool
write_number(unsigned char out[P256_SIZE], const gnutls_datum_t *number, bool native)
{
	BIGNUM *value = BN_bin2bn(number->data, (int)number->size, NULL);
	int size = -1;

	if (value != NULL)
		size = native ? BN_bn2nativepad(value, out, P256_SIZE)
		              : BN_bn2binpad(value, out, P256_SIZE);
	BN_clear_free(value);
	return size == P256_SIZE;
}

/* Makes the key with these parts: a private number, and an uncompressed point (SEC 1, 2.3.3). */
static EVP_PKEY *
build_p256(unsigned char private[P256_SIZE], unsigned char point[1 + 2 * P256_SIZE])
{
	char group[] = SN_X9_62_prime256v1;
	OSSL_PARAM parts[] = { OSSL_PARAM_construct_utf8_string(
				   OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, private, P256_SIZE),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * P256_SIZE),
		OSSL_PARAM_construct_end() };
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *built = NULL;

	if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
		EVP_PKEY_fromdata(context, &built, EVP_PKEY_KEYPAIR, parts);
	EVP_PKEY_CTX_free(context);
	return built;
}

static EVP_PKEY *
convert_p256(gnutls_x509_privkey_t key)
{
	unsigned char private[P256_SIZE], point[1 + 2 * P256_SIZE] = { 4 };
	gnutls_datum_t x = { NULL, 0 }, y = { NULL, 0 }, k = { NULL, 0 };
	EVP_PKEY *converted = NULL;

	if (gnutls_x509_privkey_export_ecc_raw(key, NULL, &x, &y, &k) < 0)
		return NULL;
	if (write_number(point + 1, &x, false) &&
	    write_number(point + 1 + P256_SIZE, &y, false) &&
	    write_number(private, &k, true))
		converted = build_p256(private, point);
	memory_wipe(private, sizeof private);
	memory_wipe(k.data, k.size);
	gnutls_free(x.data);
	gnutls_free(y.data);
	gnutls_free(k.data);
	return converted;
}

static EVP_PKEY *
convert_key(gnutls_x509_privkey_t key, gnutls_pk_algorithm_t algorithm)
{
	return algorithm == GNUTLS_PK_RSA ? convert_rsa(key) : convert_p256(key);
}

/* The salt is as long as the hash: RFC 8446, 4.2.3. */
static bool
set_padding(EVP_PKEY_CTX *context, const struct way *way)
{
	if (way->padding == 0)
		return true;
	if (EVP_PKEY_CTX_set_rsa_padding(context, way->padding) <= 0)
		return false;
	return way->hash == NULL ||
	       (EVP_PKEY_CTX_set_signature_md(context, way->hash()) > 0 &&
		   EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) >
		       0);
}

static EVP_PKEY_CTX *
prepare_context(EVP_PKEY *key, const struct way *way)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

	if (context != NULL && EVP_PKEY_sign_init(context) > 0 &&
	    set_padding(context, way))
		return context;
	EVP_PKEY_CTX_free(context);
	return NULL;
}

static bool
prepare_contexts(struct libcrypto_key *key, EVP_PKEY *converted)
{
	for (size_t i = 0; i < WAYS; i++)
		if (ways[i].key == key->algorithm) {
			key->contexts[i] = prepare_context(converted, &ways[i]);
			if (key->contexts[i] == NULL)
				return false;
		}
	return true;
}

static bool
is_worth_converting(gnutls_x509_privkey_t key, gnutls_pk_algorithm_t algorithm)
{
	gnutls_ecc_curve_t curve;

	if (algorithm == GNUTLS_PK_RSA)
		return true;
	return algorithm == GNUTLS_PK_ECDSA &&
	       gnutls_x509_privkey_export_ecc_raw(key, &curve, NULL, NULL, NULL) >= 0 &&
	       curve == GNUTLS_ECC_CURVE_SECP256R1;
}

struct libcrypto_key *
libcrypto_key_new(gnutls_x509_privkey_t key, bool *refused)
{
	unsigned bits;
	int algorithm = gnutls_x509_privkey_get_pk_algorithm2(key, &bits);

	*refused = algorithm >= 0 &&
	           is_worth_converting(key, (gnutls_pk_algorithm_t)algorithm);
	if (!*refused || OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return NULL;
	EVP_PKEY *converted = convert_key(key, (gnutls_pk_algorithm_t)algorithm);
	struct libcrypto_key *made = memory_new(sizeof *made);
	made->algorithm = (gnutls_pk_algorithm_t)algorithm;
	made->bits = bits;
	if (converted != NULL && prepare_contexts(made, converted)) {
		made->signature_size = (size_t)EVP_PKEY_get_size(converted);
		EVP_PKEY_free(converted);
		*refused = false;
		return made;
	}
	ERR_clear_error();
	EVP_PKEY_free(converted);
	libcrypto_key_free(made);
	return NULL;
}

void
libcrypto_key_free(struct libcrypto_key *key)
{
	if (key == NULL)
		return;
	for (size_t i = 0; i < WAYS; i++)
		EVP_PKEY_CTX_free(key->contexts[i]);
	free(key);
}

/* Copies the contexts. They share the key, whose references libcrypto counts. */
static struct libcrypto_key *
copy_key(const struct libcrypto_key *key)
{
	struct libcrypto_key *made = memory_new(sizeof *made);

	*made = *key;
	for (size_t i = 0; i < WAYS; i++)
		if (key->contexts[i] != NULL)
			made->contexts[i] = EVP_PKEY_CTX_dup(key->contexts[i]);
	return made;
}

/* Returns the index of the context of a `key` that signs with `algorithm`, or WAYS if there is
 * none. */
static size_t
find_way(gnutls_pk_algorithm_t key, gnutls_sign_algorithm_t algorithm)
{
	size_t i = 0;

	/* For ECDSA the hash makes no difference. */
	if (key == GNUTLS_PK_ECDSA &&
	    gnutls_sign_get_pk_algorithm(algorithm) == GNUTLS_PK_ECDSA)
		algorithm = GNUTLS_SIGN_ECDSA_SHA256;
	while (i < WAYS && (ways[i].key != key || ways[i].algorithm != algorithm))
		i++;
	return i;
}

static int
sign_hash(gnutls_privkey_t handle, gnutls_sign_algorithm_t algorithm, void *userdata,
    unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
	const struct libcrypto_key *key = userdata;
	size_t size = key->signature_size, way = find_way(key->algorithm, algorithm);
	EVP_PKEY_CTX *context = NULL;

	(void)handle;
	(void)flags;
	if (way < WAYS && key->contexts[way] != NULL)
		context = EVP_PKEY_CTX_dup(key->contexts[way]);
	signature->data = gnutls_malloc(size);
	bool good =
	    context != NULL && signature->data != NULL &&
	    EVP_PKEY_sign(context, signature->data, &size, hash->data, hash->size) > 0;
	EVP_PKEY_CTX_free(context);
	signature->size = (unsigned)size;
	if (good)
		return 0;
	gnutls_free(signature->data);
	ERR_clear_error();
	return GNUTLS_E_PK_SIGN_FAILED;
}

/* GnuTLS asks with the name of the whole algorithm, but for PKCS #1 it signs with another. */
static bool
can_sign(const struct libcrypto_key *key, gnutls_sign_algorithm_t algorithm)
{
	return gnutls_sign_get_pk_algorithm(algorithm) == key->algorithm ||
	       find_way(key->algorithm, algorithm) < WAYS;
}

static int
describe_key(gnutls_privkey_t handle, unsigned flags, void *userdata)
{
	const struct libcrypto_key *key = userdata;

	(void)handle;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
		return (int)key->algorithm;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
		return (int)key->bits;
	if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) != 0)
		return can_sign(key, GNUTLS_FLAGS_TO_SIGN_ALGO(flags));
	return (flags & GNUTLS_PRIVKEY_INFO_SIGN_ALGO) != 0 ? 0 : -1;
}

static void
free_userdata(gnutls_privkey_t handle, void *userdata)
{
	(void)handle;
	libcrypto_key_free(userdata);
}

int
libcrypto_key_give(const struct libcrypto_key *key, gnutls_privkey_t handle)
{
	struct libcrypto_key *own = copy_key(key);
	int code = gnutls_privkey_import_ext4(
	    handle, own, NULL, sign_hash, NULL, free_userdata, describe_key, 0);

	if (code < 0)
		libcrypto_key_free(own);
	return code;
}

#else

const char *
libcrypto_version(void)
{
	return NULL;
}

struct libcrypto_key *
libcrypto_key_new(struct gnutls_x509_privkey_int *key, bool *refused)
{
	(void)key;
	*refused = false;
	return NULL;
}

void
libcrypto_key_free(struct libcrypto_key *key)
{
	(void)key;
}

int
libcrypto_key_give(const struct libcrypto_key *key, struct gnutls_privkey_st *handle)
{
	(void)key;
	(void)handle;
	return -1;
}

#endif
