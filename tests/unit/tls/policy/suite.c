/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/policy/suite.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

/* Names of the library, of IANA and of OpenSSL. */
static const char *const names[][3] = {
	{ "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256",
	    "TLS_AES_128_GCM_SHA256" },
	{ "TLS_CHACHA20_POLY1305_SHA256", "tls_chacha20_poly1305_sha256",
	    "TLS_CHACHA20_POLY1305_SHA256" },
	{ "TLS_ECDHE_ECDSA_AES_128_GCM_SHA256",
	    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
	    "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ "TLS_ECDHE_RSA_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	    "ECDHE-RSA-AES256-GCM-SHA384" },
	{ "TLS_ECDHE_RSA_CHACHA20_POLY1305",
	    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	    "ECDHE-RSA-CHACHA20-POLY1305" },
	{ "TLS_ECDHE_ECDSA_AES_128_CCM", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
	    "ECDHE-ECDSA-AES128-CCM" },
	{ "TLS_ECDHE_RSA_AES_128_CBC_SHA1", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
	    "ECDHE-RSA-AES128-SHA" },
	{ "TLS_ECDHE_ECDSA_AES_128_CBC_SHA256",
	    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "ECDHE-ECDSA-AES128-SHA256" },
	{ "TLS_ECDHE_RSA_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
	    "ECDHE-RSA-AES256-SHA384" },
	{ "TLS_DHE_RSA_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	    "DHE-RSA-AES128-GCM-SHA256" },
	{ "TLS_RSA_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256",
	    "AES128-GCM-SHA256" },
	{ "TLS_RSA_AES_256_CBC_SHA1", "TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA" },
};

START_TEST(the_library_iana_and_openssl_have_names_for_the_same_suite)
{
	struct suite suite;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		for (size_t j = 0; j < 3; j++) {
			ck_assert_msg(
			    suite_named(names[i][j], &suite), "%s", names[i][j]);
			ck_assert_str_eq(suite.name, names[i][0]);
		}
}
END_TEST

START_TEST(each_name_of_the_library_means_its_own_suite)
{
	struct suite suite;
	const char *name;

	for (size_t i = 0;
	     (name = gnutls_cipher_suite_info(i, NULL, NULL, NULL, NULL, NULL)) != NULL;
	     i++) {
		ck_assert_msg(suite_named(name, &suite), "%s", name);
		ck_assert_str_eq(suite.name, name);
	}
}
END_TEST

START_TEST(other_words_mean_no_suite)
{
	static const char *const words[] = { "", "-", "TLS", "HIGH", "!aNULL", "AES128",
		"ECDHE+AESGCM", "ECDHE-RSA-AES128-GCM-SHA265",
		"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256" };
	struct suite suite;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		ck_assert_msg(!suite_named(words[i], &suite), "%s", words[i]);
}
END_TEST

START_TEST(a_flaw_has_a_reason)
{
	static const struct {
		const char *name;
		enum suite_flaw flaw;
	} cases[] = {
		{ "TLS_AES_128_GCM_SHA256", SUITE_SOUND },
		{ "ECDHE-RSA-AES128-GCM-SHA256", SUITE_SOUND },
		{ "ECDHE-RSA-AES128-SHA", SUITE_CBC },
		{ "AES128-GCM-SHA256", SUITE_NOT_SECRET },
		{ "TLS_ECDHE_RSA_WITH_NULL_SHA", SUITE_PLAIN },
		{ "TLS_DH_anon_WITH_AES_128_CBC_SHA", SUITE_ANONYMOUS },
	};
	struct suite suite;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_msg(suite_named(cases[i].name, &suite), "%s", cases[i].name);
		ck_assert_int_eq(suite_flaw(&suite), cases[i].flaw);
		ck_assert((suite_flaw_text(cases[i].flaw) == NULL) ==
			  (cases[i].flaw == SUITE_SOUND));
	}
}
END_TEST

SUITE("suite", the_library_iana_and_openssl_have_names_for_the_same_suite,
    each_name_of_the_library_means_its_own_suite, other_words_mean_no_suite,
    a_flaw_has_a_reason)
