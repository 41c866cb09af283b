/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/clientcaps.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "base/log/findings.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/x509/chain.h"
#include "tls/policy/policy.h"

enum { GROUPS = 10, SIGNATURES = 13, CHAIN_SIGNATURES = 50 };

#define CURVE(name) GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_##name)

static unsigned char hello[512];
static size_t size;

static void
put(unsigned number)
{
	hello[size++] = (unsigned char)(number >> 8);
	hello[size++] = (unsigned char)number;
}

enum { ECDHE_ECDSA = 0xc02b, ECDHE_RSA = 0xc02f }; /* with AES-128-GCM */

/* Starts a ClientHello of TLS 1.2, up to the length of its extensions: version, random,
 * session, suites, compression. */
static void
start_hello_with(unsigned suite, unsigned other)
{
	memset(hello, 0, sizeof hello);
	size = 0;
	put(0x0303);
	size += 32 + 1;
	put(4);
	put(suite);
	put(other);
	hello[size++] = 1;
	size += 1 + 2;
}

static void
start_hello(void)
{
	start_hello_with(ECDHE_ECDSA, ECDHE_RSA);
}

/* Adds an extension with a list of codes, terminated by 0. */
static void
add_list(unsigned extension, const unsigned *codes)
{
	const size_t length_at = 2 + 32 + 1 + 6 + 2;
	unsigned count = 0;

	while (codes[count] != 0)
		count++;
	put(extension);
	put(2 + 2 * count);
	put(2 * count);
	for (unsigned i = 0; i < count; i++)
		put(codes[i]);
	size_t length = size - length_at - 2;
	hello[length_at] = (unsigned char)(length >> 8);
	hello[length_at + 1] = (unsigned char)length;
}

#define ADD_LIST(extension, ...) \
	add_list(extension, (const unsigned[]){ __VA_ARGS__, 0 })

static struct policy *
default_policy(void)
{
	const struct policy_settings settings = { .tls_max = 1 };
	struct findings findings;

	findings_init(&findings);
	struct policy *policy = policy_new(&settings, &findings);
	ck_assert_ptr_nonnull(policy);
	findings_fini(&findings);
	return policy;
}

static enum suitability
suitability_of(const struct pki_pair *pair, bool tls13)
{
	gnutls_x509_crt_t cert = pair->cert;
	const struct chain chain = { .certs = &cert, .count = 1 };
	struct requirements requirements;
	struct clientcaps capabilities;

	clientcaps_require(&requirements, &chain);
	struct policy *policy = default_policy();
	clientcaps_read(&capabilities, policy, hello, size);
	policy_free(policy);
	return clientcaps_meet(&capabilities, &requirements, tls13);
}

static bool
meets(const struct pki_pair *pair, bool tls13)
{
	return suitability_of(pair, tls13) == SUITABLE;
}

START_TEST(hello_without_lists_meets_everything)
{
	struct pki_pair *ca = pki_ca("An authority"), *pair = pki_server(ca);

	start_hello();
	ck_assert(meets(pair, false));
	ck_assert(meets(pair, true));
	pki_free(pair);
	pki_free(ca);
}
END_TEST

START_TEST(groups_bound_the_curve_before_tls_1_3_only)
{
	struct pki_pair *p256 = pki_make(&(struct pki_options){ 0 }, NULL);
	struct pki_pair *p521 =
	    pki_make(&(struct pki_options){ .bits = CURVE(SECP521R1) }, NULL);
	struct pki_pair *rsa =
	    pki_make(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA }, NULL);

	start_hello();
	ADD_LIST(GROUPS, 0x001d, 0x0019);
	ck_assert(!meets(p256, false));
	ck_assert(meets(p256, true));
	ck_assert(meets(p521, false));
	ck_assert(meets(rsa, false));
	pki_free(p256);
	pki_free(p521);
	pki_free(rsa);
}
END_TEST

START_TEST(suites_bound_the_kind_of_key_before_tls_1_3_only)
{
	const unsigned unknown = 0x1234, cbc = 0xc009; /* ECDHE-ECDSA, not enabled */
	struct pki_pair *ecdsa = pki_make(&(struct pki_options){ 0 }, NULL);
	struct pki_pair *rsa =
	    pki_make(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA }, NULL);

	start_hello_with(unknown, ECDHE_ECDSA);
	ck_assert(meets(ecdsa, false));
	ck_assert_int_eq(suitability_of(rsa, false), UNSUITABLE);
	ck_assert(meets(rsa, true));
	start_hello_with(cbc, ECDHE_RSA);
	ck_assert(!meets(ecdsa, false));
	ck_assert(meets(ecdsa, true));
	ck_assert(meets(rsa, false));
	pki_free(ecdsa);
	pki_free(rsa);
}
END_TEST

START_TEST(ecdhe_needs_a_group_that_the_server_has)
{
	struct pki_pair *rsa =
	    pki_make(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA }, NULL);

	start_hello();
	ADD_LIST(GROUPS, 0x0019); /* P-521, which the default profile lacks */
	ck_assert(!meets(rsa, false));
	ck_assert(meets(rsa, true));
	pki_free(rsa);
}
END_TEST

START_TEST(signature_schemes_bound_the_curve_in_tls_1_3_only)
{
	struct pki_pair *p256 = pki_make(&(struct pki_options){ 0 }, NULL);
	struct pki_pair *p384 =
	    pki_make(&(struct pki_options){ .bits = CURVE(SECP384R1) }, NULL);

	start_hello();
	ADD_LIST(SIGNATURES, 0x0503, 0x0804);
	ck_assert(meets(p256, false));
	ck_assert(!meets(p256, true));
	ck_assert(meets(p384, true));
	pki_free(p256);
	pki_free(p384);
}
END_TEST

START_TEST(pkcs1_signatures_are_of_no_use_in_tls_1_3)
{
	struct pki_pair *rsa =
	    pki_make(&(struct pki_options){ .algorithm = GNUTLS_PK_RSA }, NULL);

	start_hello();
	ADD_LIST(SIGNATURES, 0x0401, 0x0403);
	ck_assert(meets(rsa, false));
	ck_assert(!meets(rsa, true));
	pki_free(rsa);
}
END_TEST

START_TEST(signatures_of_the_chain_have_a_list_of_their_own_if_it_is_sent)
{
	struct pki_pair *authority = pki_make(
	    &(struct pki_options){
		.name = "CA", .algorithm = GNUTLS_PK_RSA, .ca = true },
	    NULL);
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .name = "one" }, authority);

	start_hello();
	ADD_LIST(SIGNATURES, 0x0403);
	ck_assert_int_eq(suitability_of(pair, true), DOUBTFUL);
	ADD_LIST(CHAIN_SIGNATURES, 0x0401);
	ck_assert(meets(pair, true));
	ck_assert(meets(pair, false));
	start_hello();
	ADD_LIST(SIGNATURES, 0x0403, 0x0401);
	ADD_LIST(CHAIN_SIGNATURES, 0x0503);
	ck_assert(!meets(pair, true));
	pki_free(pair);
	pki_free(authority);
}
END_TEST

START_TEST(signature_of_a_root_does_not_count)
{
	struct pki_pair *pair = pki_make(
	    &(struct pki_options){ .name = "one", .algorithm = GNUTLS_PK_RSA }, NULL);

	start_hello();
	ADD_LIST(SIGNATURES, 0x0804);
	ck_assert(meets(pair, true));
	pki_free(pair);
}
END_TEST

SUITE("capabilities", hello_without_lists_meets_everything,
    groups_bound_the_curve_before_tls_1_3_only,
    suites_bound_the_kind_of_key_before_tls_1_3_only,
    ecdhe_needs_a_group_that_the_server_has,
    signature_schemes_bound_the_curve_in_tls_1_3_only,
    pkcs1_signatures_are_of_no_use_in_tls_1_3,
    signatures_of_the_chain_have_a_list_of_their_own_if_it_is_sent,
    signature_of_a_root_does_not_count)
