/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the selection by names in `ciphers` and `groups`. */
#include "tls/policy/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"
#include "tls/policy/policy.h"

static struct findings findings;
static struct policy_settings settings;

static void
settle(const char *profile, const char *ciphers, const char *groups)
{
	findings_fini(&findings);
	stringlist_fini(&settings.ciphers);
	stringlist_fini(&settings.groups);
	settings = (struct policy_settings){ .tls_max = 1 };
	while (strcmp(policy_profile_name(settings.profile), profile) != 0)
		settings.profile++;
	stringlist_split(&settings.ciphers, ciphers);
	stringlist_split(&settings.groups, groups);
}

/* Expects that the line of policy_print() for `what` begins with `expected`. */
static void
assert_prints(const char *what, const char *expected)
{
	struct policy *policy = policy_new(&settings, &findings);
	char *text;
	size_t size;

	ck_assert_msg(policy != NULL, "%s",
	    findings.count > 0 ? findings.items[0].text : "no policy");
	FILE *out = open_memstream(&text, &size);
	policy_print(policy, out, "");
	fclose(out);
	char *line = strstr(text, what) + strlen(what);
	line += strspn(line, " ");
	line[strcspn(line, "\n")] = '\0';
	ck_assert_msg(
	    strncmp(line, expected, strlen(expected)) == 0, "%s %s", what, line);
	free(text);
	policy_free(policy);
}

/* Expects the settings to be refused with one error that contains the words. */
static void
assert_refused(const char *words)
{
	ck_assert_ptr_null(policy_new(&settings, &findings));
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_msg(strstr(findings.items[0].text, words) != NULL, "%s",
	    findings.items[0].text);
	settle("modern", "", "");
}

START_TEST(each_version_has_its_names_in_their_order)
{
	settle("modern",
	    "ECDHE-RSA-AES256-GCM-SHA384, TLS_CHACHA20_POLY1305_SHA256, "
	    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384",
	    "");
	assert_prints("suites:",
	    "TLS_CHACHA20_POLY1305_SHA256 TLS_AES_256_GCM_SHA384 "
	    "TLS_ECDHE_RSA_AES_256_GCM_SHA384 TLS_ECDHE_RSA_AES_128_GCM_SHA256");
	assert_prints("versions:", "TLS1.3 TLS1.2");
}
END_TEST

START_TEST(a_version_without_a_name_keeps_the_suites_of_its_profile)
{
	settle("modern", "TLS_AES_256_GCM_SHA384", "");
	assert_prints("suites:",
	    "TLS_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_AES_128_GCM_SHA256 "
	    "TLS_ECDHE_ECDSA_CHACHA20_POLY1305 TLS_ECDHE_ECDSA_AES_256_GCM_SHA384 "
	    "TLS_ECDHE_RSA_AES_128_GCM_SHA256");
	settle("modern", "ECDHE-ECDSA-AES256-GCM-SHA384", "");
	assert_prints("suites:",
	    "TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256 "
	    "TLS_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_AES_256_GCM_SHA384");
}
END_TEST

START_TEST(groups_are_those_of_the_list_in_its_order)
{
	settle("modern", "", "P-384, x25519, prime256v1");
	assert_prints("groups:", "SECP384R1 X25519 SECP256R1");
	settle("compatible", "", "secp521r1");
	assert_prints("groups:", "SECP521R1");
}
END_TEST

START_TEST(selected_groups_have_no_other_order_for_any_client)
{
	settle("modern", "", "X25519, P-256");
	struct policy *policy = policy_new(&settings, &findings);

	ck_assert_ptr_eq(policy_priority(policy), policy_priority_p256(policy));
	policy_free(policy);
	settle("modern", "TLS_AES_128_GCM_SHA256", "");
	policy = policy_new(&settings, &findings);
	ck_assert_ptr_ne(policy_priority(policy), policy_priority_p256(policy));
	policy_free(policy);
}
END_TEST

START_TEST(suites_outside_of_the_profile_are_refused)
{
	settle("modern", "ECDHE-RSA-AES128-SHA", "");
	assert_refused("is not in profile modern (CBC): remove it, or set profile = "
		       "compatible");
	settle("modern", "TLS_AES_128_GCM_SHA256, AES128-GCM-SHA256", "");
	assert_refused("AES128-GCM-SHA256: is not in profile modern (no forward "
		       "secrecy): remove it");
	settle("modern", "TLS_AES_128_CCM_SHA256", "");
	assert_refused("TLS_AES_128_CCM_SHA256: is not in profile modern: remove it");
	settle("tls13", "ECDHE-RSA-AES128-GCM-SHA256", "");
	assert_refused("is for TLS 1.2, which is off");
	settle("modern", "TLS_AES_128_GCM_SHA256", "");
	settings.tls_max = 0;
	assert_refused("is for TLS 1.3, which is off");
	settle("compatible", "ECDHE-RSA-AES128-SHA", "");
	assert_prints("suites:", "TLS_AES_128_GCM_SHA256");
}
END_TEST

START_TEST(groups_outside_of_the_profile_are_refused)
{
	settle("modern", "", "secp521r1");
	assert_refused("secp521r1: is not in profile modern: remove it, or set "
		       "profile = compatible");
	settle("modern", "", "ffdhe2048");
	assert_refused("ffdhe2048: is not in profile modern: remove it");
}
END_TEST

START_TEST(unknown_names_get_the_nearest_one)
{
	settle("modern", "ECDHE-RSA-AES128-GCM-SHA265", "");
	assert_refused("did you mean TLS_ECDHE_RSA_AES_128_GCM_SHA256?");
	settle("modern", "HIGH", "");
	assert_refused("HIGH: is unknown: use names such as ");
	settle("modern", "", "X25591");
	assert_refused("did you mean X25519?");
	settle("modern", "", "brainpoolP256r1");
	assert_refused("is unknown: use names such as X25519 and P-256");
	settle("modern", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "");
	assert_refused("write commas instead of colons");
}
END_TEST

START_TEST(names_of_one_suite_or_group_are_refused_the_second_time)
{
	settle("modern",
	    "ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "");
	assert_refused("is listed twice");
	settle("modern", "", "P-256, prime256v1");
	assert_refused("is listed twice");
}
END_TEST

/* Sets `ciphers` to the names that the only error tells the user to write. */
static void
settle_as_told(const char *profile)
{
	ck_assert_ptr_null(policy_new(&settings, &findings));
	ck_assert_uint_eq(findings.count, 1);
	const char *told = strstr(findings.items[0].text, ": write ");
	ck_assert_ptr_nonnull(told);
	told += strlen(": write ");
	char *names = memory_format("%.*s", (int)(strstr(told, ", or ") - told), told);
	settle(profile, names, "");
	free(names);
}

START_TEST(unselectable_suites_are_refused_with_a_selectable_list)
{
	settle(
	    "modern", "ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES256-GCM-SHA384", "");
	settle_as_told("modern");
	assert_prints("suites:", "TLS_AES_128_GCM_SHA256");
	settle("compatible",
	    "ECDHE-RSA-AES128-SHA, ECDHE-RSA-AES256-SHA, ECDHE-RSA-AES128-SHA256", "");
	settle_as_told("compatible");
	assert_prints("suites:", "TLS_AES_128_GCM_SHA256");
}
END_TEST

START_TEST(lists_with_both_kinds_of_certificates_by_turns_are_taken)
{
	settle("modern",
	    "ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, "
	    "ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256",
	    "");
	assert_prints("suites:",
	    "TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256 "
	    "TLS_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_AES_256_GCM_SHA384 "
	    "TLS_ECDHE_ECDSA_AES_128_GCM_SHA256 TLS_ECDHE_RSA_AES_256_GCM_SHA384 "
	    "TLS_ECDHE_RSA_AES_128_GCM_SHA256");
	settle("modern", "", "");
}
END_TEST

SUITE("selection", each_version_has_its_names_in_their_order,
    a_version_without_a_name_keeps_the_suites_of_its_profile,
    groups_are_those_of_the_list_in_its_order,
    selected_groups_have_no_other_order_for_any_client,
    suites_outside_of_the_profile_are_refused,
    groups_outside_of_the_profile_are_refused, unknown_names_get_the_nearest_one,
    names_of_one_suite_or_group_are_refused_the_second_time,
    unselectable_suites_are_refused_with_a_selectable_list,
    lists_with_both_kinds_of_certificates_by_turns_are_taken)
