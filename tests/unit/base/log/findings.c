/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/findings.h"

#include "lib/suite.h"

START_TEST(errors_and_warnings_are_kept_in_order)
{
	struct findings findings;

	findings_init(&findings);
	findings_warning(&findings, "%d days left", 3);
	findings_error(&findings, "no %s", "key");
	ck_assert_uint_eq(findings.count, 2);
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_int_eq(findings.items[0].kind, FINDING_WARNING);
	ck_assert_str_eq(findings.items[0].text, "3 days left");
	ck_assert_str_eq(findings.items[1].text, "no key");
	findings_fini(&findings);
	ck_assert_uint_eq(findings.errors, 0);
}
END_TEST

START_TEST(copied_finding_keeps_its_kind)
{
	struct findings to, from;

	findings_init(&to);
	findings_init(&from);
	findings_error(&from, "is empty");
	findings_warning(&from, "is old");
	for (size_t i = 0; i < from.count; i++)
		findings_add(&to, &from.items[i], "a: %s", from.items[i].text);
	ck_assert_uint_eq(to.errors, 1);
	ck_assert_str_eq(to.items[0].text, "a: is empty");
	ck_assert_str_eq(to.items[1].text, "a: is old");
	ck_assert_int_eq(to.items[1].kind, FINDING_WARNING);
	findings_fini(&from);
	findings_fini(&to);
}
END_TEST

START_TEST(repeated_finding_is_reported_once)
{
	struct findings findings;

	findings_init(&findings);
	for (int i = 0; i < 3; i++)
		findings_error(&findings, "key: is empty");
	findings_error(&findings, "key: is old");
	ck_assert_uint_eq(findings.count, 2);
	ck_assert_uint_eq(findings.errors, 2);
	findings_fini(&findings);
}
END_TEST

SUITE("findings", errors_and_warnings_are_kept_in_order, copied_finding_keeps_its_kind,
    repeated_finding_is_reported_once)
