/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X448, which no profile has, takes the part of a hybrid group here: every GnuTLS knows it. */
#include "tls/policy/groupset.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"
#include "tls/policy/hybrids.h"
#include "tls/policy/policy.h"

static const struct hybrids stand_in = { { "X448" }, 1 }, nothing;
static struct policy_settings settings;
static struct findings findings;

static struct policy *
make(const struct hybrids *hybrids, const char *groups, const char *priority)
{
	findings_fini(&findings);
	stringlist_fini(&settings.groups);
	settings.hybrids = hybrids;
	stringlist_split(&settings.groups, groups);
	settings.priority = (char *)(uintptr_t)priority;
	struct policy *policy = policy_new(&settings, &findings);
	ck_assert_msg(policy != NULL, "%s",
	    findings.count > 0 ? findings.items[0].text : "no policy");
	return policy;
}

/* Expects the names of the groups in this order. */
static void
assert_groups(gnutls_priority_t priority, const char *expected)
{
	char *names = memory_copy("");
	const unsigned *list;
	int count = gnutls_priority_group_list(priority, &list);

	for (int i = 0; i < count; i++)
		memory_append(&names, "%s%s", i > 0 ? " " : "",
		    gnutls_group_get_name((gnutls_group_t)list[i]));
	ck_assert_str_eq(names, expected);
	free(names);
}

/* Expects the policy to print these groups. */
static void
assert_printed(const struct policy *policy, const char *expected)
{
	char *text, *line;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	policy_print(policy, out, "");
	fclose(out);
	line = strstr(text, "groups:      ");
	ck_assert_ptr_nonnull(line);
	line += strlen("groups:      ");
	line[strcspn(line, "\n")] = '\0';
	ck_assert_str_eq(line, expected);
	free(text);
}

START_TEST(each_profile_has_the_hybrid_groups_first)
{
	static const char *const printed[] = { "X448 X25519 SECP256R1 SECP384R1",
		"X448 X25519 SECP256R1 SECP384R1",
		"X448 X25519 SECP256R1 SECP384R1 SECP521R1" };

	settings = (struct policy_settings){ .tls_max = 1 };
	for (; policy_profile_name(settings.profile) != NULL; settings.profile++) {
		struct policy *policy = make(&stand_in, "", "");
		assert_printed(policy, printed[settings.profile]);
		policy_free(policy);
		policy = make(&nothing, "", "");
		assert_printed(policy, printed[settings.profile] + strlen("X448 "));
		ck_assert_uint_eq(policy_groups(policy)->count, 0);
		policy_free(policy);
	}
}
END_TEST

START_TEST(a_hybrid_group_has_a_priority_of_its_own)
{
	settings = (struct policy_settings){ .tls_max = 1 };
	struct policy *policy = make(&stand_in, "", "");
	const struct groupset *set = policy_groups(policy);

	ck_assert_uint_eq(set->count, 4);
	ck_assert_uint_eq(set->items[0].code, 0x001e);
	assert_groups(set->items[0].only, "X448");
	ck_assert_uint_eq(set->items[1].code, 0x001d);
	ck_assert_ptr_null(set->items[1].only);
	assert_groups(policy_priority(policy), "X25519 SECP256R1 SECP384R1");
	assert_groups(policy_priority_p256(policy), "SECP256R1 X25519 SECP384R1");
	ck_assert_ptr_eq(policy_priority_tls12(policy), policy_priority(policy));
	policy_free(policy);
}
END_TEST

START_TEST(tls_1_2_has_no_hybrid_groups)
{
	settings = (struct policy_settings){ .tls_max = 0 };
	struct policy *policy = make(&stand_in, "", "");

	assert_printed(policy, "X25519 SECP256R1 SECP384R1");
	ck_assert_uint_eq(policy_groups(policy)->count, 0);
	policy_free(policy);
}
END_TEST

START_TEST(selected_groups_may_be_hybrid_in_any_place)
{
	settings = (struct policy_settings){ .tls_max = 1 };
	struct policy *policy = make(&stand_in, "x448, p256", "");

	assert_printed(policy, "X448 SECP256R1");
	assert_groups(policy_priority(policy), "SECP256R1");
	assert_groups(policy_groups(policy)->items[0].only, "X448");
	ck_assert_uint_eq(findings.count, 0);
	policy_free(policy);
	policy = make(&stand_in, "p256, x448, p384", "");
	assert_groups(policy_priority(policy), "SECP256R1 SECP384R1");
	ck_assert_uint_eq(policy_groups(policy)->count, 3);
	ck_assert_uint_eq(policy_groups(policy)->items[0].code, 0x0017);
	assert_groups(policy_groups(policy)->items[1].only, "X448");
	policy_free(policy);
	policy = make(&stand_in, "p256", "");
	ck_assert_uint_eq(policy_groups(policy)->count, 0);
	policy_free(policy);
}
END_TEST

START_TEST(hybrid_groups_alone_are_a_warning_if_tls_1_2_is_enabled)
{
	settings = (struct policy_settings){ .tls_max = 1 };
	struct policy *policy = make(&stand_in, "x448", "");

	ck_assert_uint_eq(findings.count, 1);
	ck_assert_uint_eq(findings.errors, 0);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "groups: TLS 1.2 has no hybrid groups"));
	assert_groups(policy_priority(policy), "X448");
	policy_free(policy);
	settings.tls_min = 1;
	policy = make(&stand_in, "x448", "");
	ck_assert_uint_eq(findings.count, 0);
	policy_free(policy);
}
END_TEST

START_TEST(a_priority_string_may_have_hybrid_groups)
{
	settings = (struct policy_settings){ .tls_max = 1 };
	struct policy *policy = make(&stand_in, "",
	    "NONE:+VERS-TLS1.3:+CTYPE-X509:+GROUP-X448:+GROUP-SECP256R1:+AES-128-GCM:"
	    "+AEAD:+SIGN-ECDSA-SECP256R1-SHA256");

	assert_printed(policy, "X448 SECP256R1");
	assert_groups(policy_priority(policy), "SECP256R1");
	assert_groups(policy_groups(policy)->items[0].only, "X448");
	policy_free(policy);
	findings_fini(&findings);
}
END_TEST

SUITE("groupset", each_profile_has_the_hybrid_groups_first,
    a_hybrid_group_has_a_priority_of_its_own, tls_1_2_has_no_hybrid_groups,
    selected_groups_may_be_hybrid_in_any_place,
    hybrid_groups_alone_are_a_warning_if_tls_1_2_is_enabled,
    a_priority_string_may_have_hybrid_groups)
