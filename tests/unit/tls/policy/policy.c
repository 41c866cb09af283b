/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/policy/policy.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"
#include "tls/policy/hybrids.h"

static struct findings findings;
/* Without the hybrid groups, which few libraries have. */
static const struct hybrids nothing;
static struct policy_settings settings = { .hybrids = &nothing };

static struct policy *
make(const char *profile, const char *priority)
{
	findings_fini(&findings);
	settings.tls_max = 1;
	settings.priority = (char *)(uintptr_t)priority;
	for (settings.profile = 0;
	     strcmp(policy_profile_name(settings.profile), profile) != 0;)
		settings.profile++;
	return policy_new(&settings, &findings);
}

/* Returns the line of policy_print() that starts with `what`. */
static char *
printed_line(const struct policy *policy, const char *what)
{
	static char *text;
	size_t size;

	free(text);
	FILE *out = open_memstream(&text, &size);
	policy_print(policy, out, "");
	fclose(out);
	char *line = strstr(text, what);
	ck_assert_ptr_nonnull(line);
	line[strcspn(line, "\n")] = '\0';
	return line + strlen(what);
}

START_TEST(the_modern_profile_is_forward_secret_aead_and_nothing_else)
{
	struct policy *policy = make("modern", "");

	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(printed_line(policy, "versions:"), "    TLS1.3 TLS1.2");
	ck_assert_str_eq(
	    printed_line(policy, "groups:"), "      X25519 SECP256R1 SECP384R1");
	char *suites = printed_line(policy, "suites:");
	ck_assert_ptr_nonnull(strstr(suites, " TLS_AES_128_GCM_SHA256 "));
	ck_assert_ptr_nonnull(strstr(suites, "TLS_ECDHE_ECDSA_AES_128_GCM_SHA256"));
	ck_assert_ptr_null(strstr(suites, "CBC"));
	ck_assert_ptr_null(strstr(suites, "TLS_RSA"));
	ck_assert_ptr_null(strstr(printed_line(policy, "signatures:"), "SHA1"));
	policy_free(policy);
}
END_TEST

START_TEST(
    pre_shared_keys_add_only_ephemeral_key_exchanges_before_those_of_certificates)
{
	static const char *const profiles[] = { "modern", "compatible" };

	settings.psk = true;
	for (size_t i = 0; i < 2; i++) {
		struct policy *policy = make(profiles[i], "");
		char *suites = printed_line(policy, "suites:");
		const char *first = strstr(suites, "TLS_ECDHE_PSK_CHACHA20_POLY1305");
		ck_assert_ptr_nonnull(first);
		ck_assert(strstr(suites, "TLS_ECDHE_ECDSA_") > first);
		ck_assert_ptr_null(strstr(suites, "TLS_PSK"));
		ck_assert_ptr_null(strstr(suites, "TLS_DHE_PSK"));
		ck_assert_ptr_null(strstr(suites, "TLS_RSA_PSK"));
		ck_assert_int_eq(
		    strstr(suites, "TLS_ECDHE_PSK_AES_128_CBC") != NULL, i == 1);
		policy_free(policy);
	}
	struct policy *policy = make("tls13", "");
	ck_assert_ptr_null(strstr(printed_line(policy, "suites:"), "PSK"));
	policy_free(policy);
	settings.psk = false;
}
END_TEST

START_TEST(a_priority_gets_the_key_exchange_of_pre_shared_keys)
{
	settings.psk = true;
	struct policy *policy = make("modern",
	    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD");
	ck_assert_ptr_nonnull(policy);
	ck_assert_ptr_nonnull(
	    strstr(printed_line(policy, "suites:"), "TLS_ECDHE_PSK_CHACHA20"));
	ck_assert(policy_suits(policy, true) && policy_suits(policy, false));
	policy_free(policy);
	ck_assert_ptr_null(make(
	    "modern", "SECURE128:-VERS-ALL:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD:+PSK"));
	ck_assert_ptr_null(make(
	    "modern", "SECURE128:-VERS-ALL:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD:+DHE-PSK"));
	policy = make("modern", "NONE:+VERS-TLS1.2:+ECDHE-PSK:+ECDHE-ECDSA:+CHACHA20-"
				"POLY1305:+AEAD:+GROUP-X25519:+SIGN-ECDSA-SHA256");
	ck_assert_ptr_nonnull(policy);
	ck_assert_str_eq(printed_line(policy, "suites:"),
	    "      TLS_ECDHE_PSK_CHACHA20_POLY1305 TLS_ECDHE_ECDSA_CHACHA20_POLY1305");
	policy_free(policy);
	ck_assert_ptr_null(make("modern",
	    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-PSK:+AES-128-GCM:+NULL:+AEAD:+SHA256"
	    ":+GROUP-X25519:+SIGN-ECDSA-SHA256"));
	ck_assert_ptr_nonnull(strstr(findings.items[0].text,
	    "priority: has TLS_ECDHE_PSK_NULL_SHA256 (no encryption): append "));
	policy = make("modern", "NONE:+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+"
				"GROUP-X25519:+SIGN-ECDSA-SHA256");
	ck_assert_ptr_nonnull(policy);
	ck_assert(!policy_suits(policy, true));
	policy_free(policy);
	settings.psk = false;
}
END_TEST

START_TEST(ciphers_name_the_suites_of_certificates_although_keys_have_some_too)
{
	settings.psk = true;
	stringlist_add(&settings.ciphers, "ECDHE-ECDSA-CHACHA20-POLY1305", 29);
	struct policy *policy = make("modern", "");
	ck_assert_ptr_nonnull(policy);
	ck_assert_ptr_nonnull(strstr(printed_line(policy, "suites:"),
	    " TLS_ECDHE_PSK_CHACHA20_POLY1305 TLS_ECDHE_ECDSA_CHACHA20_POLY1305"));
	policy_free(policy);
	stringlist_fini(&settings.ciphers);
	settings.psk = false;
}
END_TEST

START_TEST(the_tls13_profile_speaks_only_that)
{
	struct policy *policy = make("tls13", "");

	ck_assert_str_eq(printed_line(policy, "versions:"), "    TLS1.3");
	policy_free(policy);
}
END_TEST

START_TEST(the_compatible_profile_adds_cbc_with_forward_secrecy)
{
	struct policy *policy = make("compatible", "");
	char *suites = printed_line(policy, "suites:");

	ck_assert_ptr_nonnull(strstr(suites, "TLS_ECDHE_RSA_AES_128_CBC_SHA1"));
	ck_assert_ptr_null(strstr(suites, "TLS_RSA"));
	policy_free(policy);
}
END_TEST

START_TEST(versions_can_be_narrowed)
{
	settings.tls_min = 1;
	struct policy *policy = make("modern", "");
	ck_assert_str_eq(printed_line(policy, "versions:"), "    TLS1.3");
	policy_free(policy);

	settings.tls_min = 0;
	findings_fini(&findings);
	settings.tls_max = 0;
	policy = policy_new(&settings, &findings);
	ck_assert_str_eq(printed_line(policy, "versions:"), "    TLS1.2");
	policy_free(policy);
}
END_TEST

START_TEST(versions_that_leave_nothing_are_an_error)
{
	policy_free(make("tls13", ""));
	settings.tls_max = 0;
	ck_assert_ptr_null(policy_new(&settings, &findings));
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "leaves no version"));
	findings_fini(&findings);
}
END_TEST

START_TEST(rsa_key_exchange_is_distinguished_from_rsa_signatures)
{
	settings.allow_weak = true;
	struct policy *with = make("modern", "NORMAL");
	ck_assert(policy_has_rsa_key_exchange(with));
	policy_free(with);
	struct policy *without = make("modern", "NORMAL:-RSA");
	ck_assert(!policy_has_rsa_key_exchange(without));
	policy_free(without);
	settings.allow_weak = false;
	findings_fini(&findings);
}
END_TEST

SUITE("policy", the_modern_profile_is_forward_secret_aead_and_nothing_else,
    pre_shared_keys_add_only_ephemeral_key_exchanges_before_those_of_certificates,
    a_priority_gets_the_key_exchange_of_pre_shared_keys,
    ciphers_name_the_suites_of_certificates_although_keys_have_some_too,
    the_tls13_profile_speaks_only_that,
    the_compatible_profile_adds_cbc_with_forward_secrecy, versions_can_be_narrowed,
    versions_that_leave_nothing_are_an_error,
    rsa_key_exchange_is_distinguished_from_rsa_signatures)
