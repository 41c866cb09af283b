/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/signer.h"

#include "config.h"

#include <gnutls/abstract.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/log/findings.h"
#include "lib/pki.h"
#include "lib/suite.h"

#define CURVE(name) GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_##name)

static unsigned char bytes[] = "what a handshake was";
static const gnutls_datum_t text = { bytes, sizeof bytes };

static struct signer *
load(const struct pki_pair *pair)
{
	const char *pem = pki_key_pem(pair, PKI_PKCS8, NULL);
	struct findings findings;

	findings_init(&findings);
	struct signer *signer = signer_load("a.key", pem, strlen(pem), NULL, &findings);
	ck_assert_ptr_nonnull(signer);
	ck_assert_uint_eq(findings.count, 0);
	findings_fini(&findings);
	return signer;
}

static gnutls_privkey_t
handle_of(const struct signer *signer)
{
	int code;
	gnutls_privkey_t handle = signer_key(signer, &code);

	ck_assert_msg(handle != NULL, "%s", gnutls_strerror(code));
	return handle;
}

/* Signs, and verifies with the certificate's key. Returns 0, or the first negative error code. */
static int
sign_and_verify(
    gnutls_privkey_t handle, gnutls_x509_crt_t cert, gnutls_sign_algorithm_t algorithm)
{
	gnutls_datum_t signature = { NULL, 0 };
	gnutls_pubkey_t public;

	int code = gnutls_privkey_sign_data2(handle, algorithm, 0, &text, &signature);
	if (code < 0)
		return code;
	ck_assert_int_eq(gnutls_pubkey_init(&public), 0);
	ck_assert_int_eq(gnutls_pubkey_import_x509(public, cert, 0), 0);
	code = gnutls_pubkey_verify_data2(public, algorithm, 0, &text, &signature);
	gnutls_pubkey_deinit(public);
	gnutls_free(signature.data);
	return code < 0 ? code : 0;
}

/* Signs with each of `algorithms`, which end with 0. */
static void
sign_by_each(
    const struct pki_options *options, const gnutls_sign_algorithm_t *algorithms)
{
	struct pki_pair *pair = pki_make(options, NULL);
	struct signer *signer = load(pair);
	gnutls_privkey_t handle = handle_of(signer);

	ck_assert(signer_matches(signer, pair->cert));
	for (; *algorithms != 0; algorithms++) {
		int code = sign_and_verify(handle, pair->cert, *algorithms);
		ck_assert_msg(code == 0, "%s: %s", gnutls_sign_get_name(*algorithms),
		    gnutls_strerror(code));
	}
	gnutls_privkey_deinit(handle);
	signer_free(signer);
	pki_free(pair);
}

START_TEST(rsa_signs_in_all_ways_of_tls)
{
	sign_by_each(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA },
	    (const gnutls_sign_algorithm_t[]){ GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,
		GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512,
		GNUTLS_SIGN_RSA_SHA256, GNUTLS_SIGN_RSA_SHA384, GNUTLS_SIGN_RSA_SHA512,
		0 });
}
END_TEST

START_TEST(rsa_of_odd_sizes_signs_too)
{
	sign_by_each(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA, .bits = 2050 },
	    (const gnutls_sign_algorithm_t[]){
		GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_SIGN_RSA_SHA512, 0 });
}
END_TEST

START_TEST(ecdsa_signs_with_each_hash_of_tls)
{
	static const gnutls_sign_algorithm_t any[] = { GNUTLS_SIGN_ECDSA_SHA256,
		GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_ECDSA_SHA512, 0 };

	sign_by_each(&(struct pki_options){ .bits = CURVE(SECP256R1) }, any);
	sign_by_each(&(struct pki_options){ .bits = CURVE(SECP384R1) }, any);
	sign_by_each(&(struct pki_options){ .bits = CURVE(SECP521R1) }, any);
}
END_TEST

START_TEST(each_curve_signs_as_tls_1_3_has_it)
{
	sign_by_each(&(struct pki_options){ .bits = CURVE(SECP256R1) },
	    (const gnutls_sign_algorithm_t[]){ GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0 });
	sign_by_each(&(struct pki_options){ .bits = CURVE(SECP384R1) },
	    (const gnutls_sign_algorithm_t[]){ GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, 0 });
	sign_by_each(&(struct pki_options){ .algorithm = GNUTLS_PK_EDDSA_ED25519,
			 .bits = CURVE(ED25519) },
	    (const gnutls_sign_algorithm_t[]){ GNUTLS_SIGN_EDDSA_ED25519, 0 });
}
END_TEST

START_TEST(key_handle_reports_algorithm_and_size)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned bits;
	} cases[] = { { GNUTLS_PK_RSA, 2048 }, { GNUTLS_PK_ECDSA, 256 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pki_pair *pair = pki_make(
		    &(struct pki_options){ .algorithm = cases[i].algorithm }, NULL);
		struct signer *signer = load(pair);
		gnutls_privkey_t handle = handle_of(signer);
		unsigned bits;
		ck_assert_int_eq(gnutls_privkey_get_pk_algorithm(handle, &bits),
		    (int)cases[i].algorithm);
		ck_assert_uint_eq(bits, cases[i].bits);
		gnutls_privkey_deinit(handle);
		signer_free(signer);
		pki_free(pair);
	}
}
END_TEST

START_TEST(signature_that_the_key_cannot_make_is_an_error)
{
	struct pki_pair *pair = pki_make(&(struct pki_options){ .bits = 0 }, NULL);
	struct signer *signer = load(pair);
	gnutls_privkey_t handle = handle_of(signer);

	ck_assert_int_lt(
	    sign_and_verify(handle, pair->cert, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256), 0);
	ck_assert_int_lt(
	    sign_and_verify(handle, pair->cert, GNUTLS_SIGN_EDDSA_ED25519), 0);
	ck_assert_int_eq(
	    sign_and_verify(handle, pair->cert, GNUTLS_SIGN_ECDSA_SHA256), 0);
	gnutls_privkey_deinit(handle);
	signer_free(signer);
	pki_free(pair);
}
END_TEST

START_TEST(a_handle_outlives_its_signer)
{
	struct pki_pair *pair = pki_make(&(struct pki_options){ .bits = 0 }, NULL);
	struct signer *signer = load(pair);
	gnutls_privkey_t one = handle_of(signer), two = handle_of(signer);

	signer_free(signer);
	ck_assert_int_eq(sign_and_verify(one, pair->cert, GNUTLS_SIGN_ECDSA_SHA256), 0);
	gnutls_privkey_deinit(one);
	ck_assert_int_eq(sign_and_verify(two, pair->cert, GNUTLS_SIGN_ECDSA_SHA256), 0);
	gnutls_privkey_deinit(two);
	pki_free(pair);
}
END_TEST

enum { THREADS = 8, SIGNATURES = 25 };

struct work {
	gnutls_privkey_t handle;
	gnutls_x509_crt_t cert;
	gnutls_sign_algorithm_t algorithm;
};

static void *
sign_often(void *data)
{
	const struct work *work = data;

	for (size_t i = 0; i < SIGNATURES; i++)
		ck_assert_int_eq(
		    sign_and_verify(work->handle, work->cert, work->algorithm), 0);
	return NULL;
}

static void
sign_in_threads(gnutls_pk_algorithm_t key, gnutls_sign_algorithm_t algorithm)
{
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .algorithm = key }, NULL);
	struct signer *signer = load(pair);
	struct work work = { handle_of(signer), pair->cert, algorithm };
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_often, &work), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	gnutls_privkey_deinit(work.handle);
	signer_free(signer);
	pki_free(pair);
}

START_TEST(threads_sign_with_one_handle_at_once)
{
	sign_in_threads(GNUTLS_PK_ECDSA, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256);
	sign_in_threads(GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256);
	sign_in_threads(GNUTLS_PK_RSA, GNUTLS_SIGN_RSA_SHA256);
}
END_TEST

#ifdef HAVE_LIBCRYPTO
static bool refuses;

/* The linker redirects calls of EVP_PKEY_sign_init() to this wrapper. */
int __real_EVP_PKEY_sign_init(void *context);
int __wrap_EVP_PKEY_sign_init(void *context);

int
__wrap_EVP_PKEY_sign_init(void *context)
{
	return refuses ? 0 : __real_EVP_PKEY_sign_init(context);
}

START_TEST(a_key_that_libcrypto_refuses_signs_and_is_warned_of)
{
	const struct pki_options options = { .algorithm = GNUTLS_PK_ECDSA };
	struct pki_pair *pair = pki_make(&options, NULL);
	const char *pem = pki_key_pem(pair, PKI_PKCS8, NULL);
	struct findings findings;

	findings_init(&findings);
	refuses = true;
	struct signer *signer = signer_load("a.key", pem, strlen(pem), NULL, &findings);
	ck_assert_ptr_nonnull(signer);
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_uint_eq(findings.errors, 0);
	ck_assert_str_eq(findings.items[0].text,
	    "a.key: libcrypto does not accept the key, so GnuTLS signs, which takes "
	    "several times as long: make another key");
	gnutls_privkey_t handle = handle_of(signer);
	ck_assert_int_eq(
	    sign_and_verify(handle, pair->cert, GNUTLS_SIGN_ECDSA_SHA256), 0);
	gnutls_privkey_deinit(handle);
	signer_free(signer);
	findings_fini(&findings);
	pki_free(pair);
}
END_TEST
#endif

#ifdef HAVE_LIBCRYPTO
SUITE("libcrypto", a_key_that_libcrypto_refuses_signs_and_is_warned_of)
#endif
SUITE("signer", rsa_signs_in_all_ways_of_tls, rsa_of_odd_sizes_signs_too,
    ecdsa_signs_with_each_hash_of_tls, each_curve_signs_as_tls_1_3_has_it,
    key_handle_reports_algorithm_and_size,
    signature_that_the_key_cannot_make_is_an_error, a_handle_outlives_its_signer,
    threads_sign_with_one_handle_at_once)
