/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/transport/recordguard.h"

#include <string.h>

#include "lib/suite.h"

static const unsigned char alert_header[] = { 21, 3, 3, 0, 2 };
static const unsigned char data_header[] = { 23, 3, 3, 0, 2 };
static const unsigned char unknown_ca[] = { 2, 48 };

/* Returns the number of records after which the next one is too many. */
static unsigned
count_until_flood(struct recordguard *records, bool handshaken)
{
	unsigned count = 1;

	while (!recordguard_want(records, sizeof data_header, handshaken)) {
		ck_assert(!records->flooded);
		recordguard_take(records, data_header, sizeof data_header);
		count++;
	}
	ck_assert(records->flooded);
	return count;
}

START_TEST(a_handshake_may_be_made_of_more_records_than_an_answer_may_wait_for)
{
	struct recordguard records;

	recordguard_init(&records);
	ck_assert_uint_eq(count_until_flood(&records, false), 2049);
	recordguard_init(&records);
	ck_assert_uint_eq(count_until_flood(&records, true), 129);
}
END_TEST

START_TEST(record_that_yields_data_resets_the_flood_count)
{
	struct recordguard records;

	recordguard_init(&records);
	for (int i = 0; i < 1000; i++) {
		ck_assert(!recordguard_want(&records, sizeof data_header, true));
		recordguard_forget(&records);
	}
	ck_assert_uint_eq(count_until_flood(&records, true), 129);
}
END_TEST

START_TEST(record_bodies_do_not_count_as_records)
{
	struct recordguard records;

	recordguard_init(&records);
	for (int i = 0; i < 1000; i++)
		ck_assert(!recordguard_want(&records, 2, true));
}
END_TEST

START_TEST(an_alert_in_plaintext_is_remembered)
{
	struct recordguard records;

	recordguard_init(&records);
	ck_assert_int_eq(records.plain_alert, -1);
	recordguard_take(&records, alert_header, sizeof alert_header);
	recordguard_take(&records, unknown_ca, sizeof unknown_ca);
	ck_assert_int_eq(records.plain_alert, 48);
}
END_TEST

START_TEST(two_bytes_of_another_record_are_not_an_alert)
{
	struct recordguard records;

	recordguard_init(&records);
	recordguard_take(&records, alert_header, sizeof alert_header);
	recordguard_take(&records, data_header, sizeof data_header);
	recordguard_take(&records, unknown_ca, sizeof unknown_ca);
	ck_assert_int_eq(records.plain_alert, -1);
}
END_TEST

/* Passes `bytes` on in pieces of `piece` bytes. Expects the library to get `wanted`. */
static void
is_mended(
    const char *bytes, size_t size, size_t piece, bool is_tls13, const char *wanted)
{
	unsigned char copy[64];
	struct recordguard records;

	recordguard_init(&records);
	memcpy(copy, bytes, size);
	for (size_t at = 0; at < size; at += piece)
		recordguard_mend(&records, copy + at,
		    size - at < piece ? size - at : piece, is_tls13);
	ck_assert_mem_eq(copy, wanted, size);
}

/* A ChangeCipherSpec, an encrypted record with the same bytes, and an alert. */
#define STREAM                                         \
	"\x14\x03\x01\x00\x01\x01"                     \
	"\x17\x03\x01\x00\x06\x14\x03\x01\x00\x01\x01" \
	"\x15\x02\x00\x00\x02\x02\x30"
#define MENDED                                         \
	"\x14\x03\x03\x00\x01\x01"                     \
	"\x17\x03\x01\x00\x06\x14\x03\x01\x00\x01\x01" \
	"\x15\x03\x03\x00\x02\x02\x30"

START_TEST(plaintext_record_version_is_corrected_in_tls_1_3)
{
	for (size_t piece = 1; piece < sizeof STREAM; piece++) {
		is_mended(STREAM, sizeof STREAM - 1, piece, true, MENDED);
		is_mended(STREAM, sizeof STREAM - 1, piece, false, STREAM);
	}
}
END_TEST

START_TEST(a_record_is_cut_until_its_last_byte)
{
	unsigned char bytes[] = "\x17\x03\x03\x00\x02xy";
	struct recordguard records;

	recordguard_init(&records);
	ck_assert(!recordguard_are_cut(&records));
	for (size_t i = 0; i < sizeof bytes - 1; i++) {
		recordguard_mend(&records, bytes + i, 1, true);
		ck_assert_int_eq(recordguard_are_cut(&records), i < sizeof bytes - 2);
	}
}
END_TEST

SUITE("records", a_handshake_may_be_made_of_more_records_than_an_answer_may_wait_for,
    record_that_yields_data_resets_the_flood_count,
    record_bodies_do_not_count_as_records, an_alert_in_plaintext_is_remembered,
    two_bytes_of_another_record_are_not_an_alert,
    plaintext_record_version_is_corrected_in_tls_1_3,
    a_record_is_cut_until_its_last_byte)
