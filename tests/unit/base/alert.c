/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/alert.h"

#include <string.h>

#include <gnutls/gnutls.h>

#include "lib/suite.h"

START_TEST(alerts_have_their_names_in_words)
{
	ck_assert_str_eq(alert_name(116), "certificate required");
	ck_assert_str_eq(alert_name(48), "unknown ca");
	ck_assert_str_eq(alert_name(40), "handshake failure");
}
END_TEST

START_TEST(numbers_without_a_name_are_unknown)
{
	ck_assert_str_eq(alert_name(1), "unknown");
	ck_assert_str_eq(alert_name(255), "unknown");
	ck_assert_str_eq(alert_name(100000), "unknown");
}
END_TEST

START_TEST(every_alert_that_the_library_knows_has_a_name)
{
	for (int number = 0; number < 256; number++)
		if (gnutls_alert_get_name((gnutls_alert_description_t)number) != NULL)
			ck_assert_msg(
			    strcmp(alert_name((unsigned)number), "unknown") != 0,
			    "alert %d has no name", number);
}
END_TEST

SUITE("tlsc alert", alerts_have_their_names_in_words,
    numbers_without_a_name_are_unknown, every_alert_that_the_library_knows_has_a_name)
