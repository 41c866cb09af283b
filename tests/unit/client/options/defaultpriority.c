/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/options/defaultpriority.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "tls/policy/hybrids.h"

/* Expects the versions of the priority, and hybrid groups if TLS 1.3 and the library have them. */
static void
assert_priority(const char *without, bool tls12, bool tls13)
{
	char *text = defaultpriority(without);
	gnutls_priority_t priority = NULL;
	const unsigned *list;

	ck_assert_int_eq(gnutls_priority_init(&priority, text, NULL), 0);
	int count = gnutls_priority_protocol_list(priority, &list);
	ck_assert_int_eq(count, tls12 + tls13);
	ck_assert_uint_eq(list[0], tls13 ? GNUTLS_TLS1_3 : GNUTLS_TLS1_2);
	count = gnutls_priority_group_list(priority, &list);
	ck_assert_int_gt(count, 0);
	ck_assert_int_eq(
	    strstr(gnutls_group_get_name((gnutls_group_t)list[0]), "MLKEM") != NULL,
	    tls13 && hybrids_in_library("X25519-MLKEM768"));
	gnutls_priority_deinit(priority);
	free(text);
}

START_TEST(both_versions_are_offered_unless_one_is_left_out)
{
	assert_priority(NULL, true, true);
	assert_priority("1.2", false, true);
	assert_priority("1.3", true, false);
}
END_TEST

SUITE("defaultpriority", both_versions_are_offered_unless_one_is_left_out)
