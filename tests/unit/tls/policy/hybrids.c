/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/policy/hybrids.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "lib/suite.h"
#include "tls/policy/groupcode.h"
#include "tls/policy/policy.h"

/* Three libraries. */
static bool
has_all(const char *name)
{
	(void)name;
	return true;
}

static bool
has_none(const char *name)
{
	(void)name;
	return false;
}

static bool
has_p384(const char *name)
{
	return strstr(name, "SECP384R1") != NULL;
}

static void
assert_words(bool (*has)(const char *name), const char *expected)
{
	const struct hybrids hybrids = hybrids_where(has);
	char *words = hybrids_words(&hybrids);

	ck_assert_str_eq(words, expected);
	free(words);
}

START_TEST(hybrid_groups_are_those_of_the_library_x25519_first)
{
	assert_words(has_all, "+GROUP-X25519-MLKEM768:+GROUP-SECP256R1-MLKEM768:"
			      "+GROUP-SECP384R1-MLKEM1024:");
	assert_words(has_p384, "+GROUP-SECP384R1-MLKEM1024:");
	assert_words(has_none, "");
}
END_TEST

START_TEST(each_hybrid_group_has_its_code)
{
	ck_assert_uint_eq(groupcode(hybrids_where(has_all).names[0]), 0x11ec);
	ck_assert_uint_eq(groupcode(hybrids_where(has_all).names[1]), 0x11eb);
	ck_assert_uint_eq(groupcode(hybrids_where(has_all).names[2]), 0x11ed);
	ck_assert_uint_eq(groupcode("GC256A"), 0);
}
END_TEST

START_TEST(hybrid_groups_have_the_names_of_iana_and_of_gnutls)
{
	ck_assert_str_eq(hybrids_find("X25519MLKEM768"), "X25519-MLKEM768");
	ck_assert_str_eq(hybrids_find("SecP256r1MLKEM768"), "SECP256R1-MLKEM768");
	ck_assert_str_eq(hybrids_find("secp384r1-mlkem1024"), "SECP384R1-MLKEM1024");
	ck_assert_ptr_null(hybrids_find("X25519"));
	ck_assert_ptr_null(hybrids_find("X25519-MLKEM1024"));
}
END_TEST

START_TEST(a_priority_is_widened_by_hybrid_groups)
{
	const struct hybrids all = hybrids_where(has_all),
			     none = hybrids_where(has_none);
	char *with_all = hybrids_with(&all, "NORMAL");
	char *with_none = hybrids_with(&none, "NORMAL");

	ck_assert_str_eq(with_all, "NORMAL:+GROUP-X25519-MLKEM768:+GROUP-SECP256R1-"
				   "MLKEM768:+GROUP-SECP384R1-MLKEM1024");
	ck_assert_str_eq(with_none, "NORMAL");
	free(with_all);
	free(with_none);
}
END_TEST

START_TEST(a_priority_is_narrowed_to_one_group_or_to_the_others)
{
	const struct hybrids hybrids = hybrids_where(has_p384);
	char *alone = hybrids_alone(hybrids.names[0], "NORMAL");
	char *without = hybrids_without(&hybrids, "NORMAL");

	ck_assert_str_eq(alone, "NORMAL:-GROUP-ALL:+GROUP-SECP384R1-MLKEM1024");
	ck_assert_str_eq(without, "NORMAL:-GROUP-SECP384R1-MLKEM1024");
	free(alone);
	free(without);
}
END_TEST

/* Debian's library lacks them. One that has them must take the name. */
START_TEST(a_hybrid_group_that_the_library_lacks_is_refused_with_the_remedy)
{
	const bool has = hybrids_in_library("X25519-MLKEM768");
	struct policy_settings settings = { .tls_max = 1 };
	struct findings findings;

	findings_init(&findings);
	stringlist_split(&settings.groups, "X25519MLKEM768, X25519");
	struct policy *policy = policy_new(&settings, &findings);
	ck_assert_int_eq(policy != NULL, has);
	ck_assert_uint_eq(findings.count, has ? 0 : 1);
	const char *text = has ? "" : findings.items[0].text;
	ck_assert(
	    has || strstr(text, "groups: X25519MLKEM768: this GnuTLS (3.") == text);
	ck_assert(has || strstr(text,
			     ") does not have it: remove it, or install GnuTLS 3.8.10 "
			     "or later") != NULL);
	policy_free(policy);
	stringlist_fini(&settings.groups);
	findings_fini(&findings);
}
END_TEST

SUITE("hybrids", hybrid_groups_are_those_of_the_library_x25519_first,
    each_hybrid_group_has_its_code, hybrid_groups_have_the_names_of_iana_and_of_gnutls,
    a_priority_is_widened_by_hybrid_groups,
    a_priority_is_narrowed_to_one_group_or_to_the_others,
    a_hybrid_group_that_the_library_lacks_is_refused_with_the_remedy)
