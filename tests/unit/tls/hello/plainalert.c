/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hello/plainalert.h"

#include "lib/suite.h"

static int
find(const char *bytes, size_t size)
{
	return plainalert_find((const unsigned char *)bytes, size);
}

#define FIND(text) find(text, sizeof(text) - 1)
#define CHANGE_CIPHER_SPEC "\x14\x03\x03\x00\x01\x01"
#define FINISHED               \
	"\x17\x03\x03\x00\x05" \
	"fffff"
#define UNKNOWN_CA "\x15\x03\x03\x00\x02\x02\x30"

START_TEST(an_alert_is_found_among_records)
{
	ck_assert_int_eq(FIND(UNKNOWN_CA), 48);
	ck_assert_int_eq(FIND(CHANGE_CIPHER_SPEC UNKNOWN_CA), 48);
	ck_assert_int_eq(FIND(CHANGE_CIPHER_SPEC FINISHED), -1);
}
END_TEST

START_TEST(an_encrypted_alert_says_nothing)
{
	ck_assert_int_eq(FIND("\x15\x03\x03\x00\x1a"
			      "abcdefghijklmnopqrstuvwxyz"),
	    -1);
}
END_TEST

START_TEST(truncated_alert_is_not_an_alert)
{
	static const char alert[] = CHANGE_CIPHER_SPEC UNKNOWN_CA;

	for (size_t n = 0; n < sizeof alert - 1; n++)
		ck_assert_int_eq(find(alert, n), -1);
	ck_assert_int_eq(FIND("\x17\x03\x03\xff\xff\x15\x03\x03\x00\x02\x02\x30"), -1);
}
END_TEST

SUITE("plainalert", an_alert_is_found_among_records, an_encrypted_alert_says_nothing,
    truncated_alert_is_not_an_alert)
