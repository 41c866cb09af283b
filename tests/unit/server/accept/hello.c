/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accept/hello.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "tls/hello/clienthello.h"

static enum hello
judge(const char *bytes, size_t size)
{
	size_t needed = 0;
	enum hello hello = hello_judge((const unsigned char *)bytes, size, &needed);

	if (hello == HELLO_PARTIAL)
		ck_assert_uint_gt(needed, size);
	return hello;
}

#define JUDGE(text) judge(text, sizeof(text) - 1)

/* Makes a message of `size` bytes, including its header, cut into records of at most
 * `piece` bytes. Returns their total size. */
static size_t
cut(unsigned char *out, size_t size, size_t piece)
{
	size_t body = size - 4, at = 0;

	for (size_t i = 0; i < size; i += piece) {
		size_t length = size - i < piece ? size - i : piece;
		const unsigned char header[] = { 22, 3, 1, (unsigned char)(length >> 8),
			(unsigned char)length };
		memcpy(out + at, header, sizeof header);
		at += sizeof header;
		for (size_t j = i; j < i + length; j++)
			out[at++] = j == 0   ? 1
			            : j == 1 ? (unsigned char)(body >> 16)
			            : j == 2 ? (unsigned char)(body >> 8)
			            : j == 3 ? (unsigned char)body
			                     : (unsigned char)j;
	}
	return at;
}

static unsigned char records[4 * HELLO_SIZE_MAX];

START_TEST(a_hello_is_partial_until_its_message_is_whole)
{
	const size_t pieces[] = { 16384, 300, 100, 5, 4, 3, 2, 1 };

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		size_t size = cut(records, 300, pieces[i]);
		for (size_t n = 0; n < size; n++)
			ck_assert_int_eq(
			    judge((const char *)records, n), HELLO_PARTIAL);
		ck_assert_int_eq(judge((const char *)records, size), HELLO_WHOLE);
		ck_assert_int_eq(judge((const char *)records, size + 9), HELLO_WHOLE);
	}
}
END_TEST

START_TEST(a_whole_record_with_a_part_of_the_message_is_partial)
{
	size_t needed;

	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x01\x01"), HELLO_PARTIAL);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x04\x01\x00\x00\x01"), HELLO_PARTIAL);
	hello_judge(
	    (const unsigned char *)"\x16\x03\x01\x00\x04\x01\x00\x01\x00", 9, &needed);
	ck_assert_uint_eq(needed, 9 + 5);
}
END_TEST

START_TEST(more_than_the_message_is_fine)
{
	ck_assert_int_eq(
	    JUDGE("\x16\x03\x03\x00\x06\x01\x00\x00\x01\xaa\xbb"), HELLO_WHOLE);
	ck_assert_int_eq(
	    JUDGE("\x16\x03\x03\x00\x05\x01\x00\x00\x01\xaa\x17\x03\x03\x00"),
	    HELLO_WHOLE);
}
END_TEST

START_TEST(the_record_with_the_end_of_the_message_must_be_whole)
{
	ck_assert_int_eq(
	    JUDGE("\x16\x03\x03\x00\x06\x01\x00\x00\x01\xaa"), HELLO_PARTIAL);
}
END_TEST

START_TEST(first_record_that_cannot_be_a_hello_is_not_tls)
{
	ck_assert_int_eq(JUDGE("\x16\x02\x00\x00\x05"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x00"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x05\x02"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x17\x03\x03\x00\x05"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x15\x03\x03\x00\x02\x02\x28"), HELLO_OTHER);
}
END_TEST

/* RFC 8446, 5.1: other records must not come between, and fragments must not be empty. */
START_TEST(later_record_outside_the_hello_is_a_protocol_error)
{
#define FIRST "\x16\x03\x01\x00\x01\x01"
	ck_assert_int_eq(JUDGE(FIRST "\x16\x03\x01\x00\x00"), HELLO_BROKEN);
	ck_assert_int_eq(JUDGE(FIRST "\x16\x02"), HELLO_BROKEN);
	ck_assert_int_eq(JUDGE(FIRST "\x15"), HELLO_BROKEN);
	ck_assert_int_eq(JUDGE(FIRST "GET / HTTP/1.1"), HELLO_BROKEN);
}
END_TEST

/* RFC 8446, 5.1: a record has at most 2^14 bytes, even if it is not encrypted. */
START_TEST(a_record_of_more_than_16384_bytes_overflows)
{
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x40\x01"), HELLO_OVERFLOW);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\xff\xff\x01"), HELLO_OVERFLOW);
	/* The verdict precedes the message's type, so a wrong type does not change it. */
	ck_assert_int_eq(JUDGE("\x16\x03\x01\xff\xff\x02"), HELLO_OVERFLOW);
	ck_assert_int_eq(JUDGE(FIRST "\x16\x03\x01\x40\x01"), HELLO_OVERFLOW);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x40\x00\x01"), HELLO_PARTIAL);
}
END_TEST

/* Delivers the bytes one by one, and asks for a verdict only when the number needed has
 * come. Returns the last verdict. */
static enum hello
judge_drips(const char *bytes, size_t size)
{
	enum hello hello = HELLO_PARTIAL;
	size_t needed = 1;

	for (size_t n = 1; n <= size && hello == HELLO_PARTIAL; n++)
		if (n >= needed)
			hello = hello_judge((const unsigned char *)bytes, n, &needed);
	return hello;
}

#define JUDGE_DRIPS(text) judge_drips(text, sizeof(text) - 1)

START_TEST(invalid_complete_record_is_rejected_without_waiting_for_more)
{
#define TWO_BYTES "\x16\x03\x01\x00\x02\x01\x00"
	ck_assert_int_eq(JUDGE_DRIPS("\x17\x03\x03\x00\x00"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE_DRIPS("\x16\x03\x01\x00\x00"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE_DRIPS("\x16\x03\x01\x00\x01\x02"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE_DRIPS(TWO_BYTES "\x17\x03\x03\x00\x00"), HELLO_BROKEN);
	ck_assert_int_eq(JUDGE_DRIPS(TWO_BYTES "\x16\x03\x03\x00\x00"), HELLO_BROKEN);
	ck_assert_int_eq(JUDGE_DRIPS(TWO_BYTES "\x16\x03\x03\x50\x00"), HELLO_OVERFLOW);
	ck_assert_int_eq(
	    JUDGE_DRIPS(TWO_BYTES "\x16\x03\x03\x00\x02\xff\xff"), HELLO_PARTIAL);
	ck_assert_int_eq(
	    JUDGE_DRIPS("\x16\x03\x01\x00\x04\x01\xff\xff\xff"), HELLO_TOO_LONG);
	ck_assert_int_eq(JUDGE_DRIPS("\x16\x03\x01\x00\x05\x01\x00\x04\x00"
				     "a\x15\x03\x03\x00\x00"),
	    HELLO_BROKEN);
}
END_TEST

START_TEST(the_longest_message_is_taken_and_no_longer_one)
{
	const size_t pieces[] = { 16384, 1400, 100, 6 };
	size_t size;

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		size = cut(records, CLIENTHELLO_SIZE_MAX, pieces[i]);
		ck_assert_uint_le(size, HELLO_SIZE_MAX);
		ck_assert_int_eq(judge((const char *)records, size), HELLO_WHOLE);
	}
	size = cut(records, CLIENTHELLO_SIZE_MAX + 1, 16384);
	ck_assert_int_eq(judge((const char *)records, 9), HELLO_TOO_LONG);
	ck_assert_int_eq(judge((const char *)records, size), HELLO_TOO_LONG);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x04\x01\xff\xff\xff"), HELLO_TOO_LONG);
}
END_TEST

/* Each record adds five bytes. The verdict comes as soon as the rest cannot fit any more. */
START_TEST(a_hello_in_too_many_records_is_too_long)
{
	size_t size = cut(records, CLIENTHELLO_SIZE_MAX, 1), n = 0, needed = 1;
	enum hello hello = HELLO_PARTIAL;

	ck_assert_uint_gt(size, HELLO_SIZE_MAX);
	for (; hello == HELLO_PARTIAL && needed <= HELLO_SIZE_MAX; n = needed)
		hello = hello_judge(records, needed, &needed);
	ck_assert_int_eq(hello, HELLO_TOO_LONG);
	ck_assert_uint_le(n, HELLO_SIZE_MAX);
	ck_assert_int_eq(hello_judge(records, HELLO_SIZE_MAX, &needed), HELLO_TOO_LONG);
}
END_TEST

START_TEST(hello_in_tiny_records_needs_few_parser_calls)
{
	size_t size = cut(records, 10000, 1), n = 0, looks = 0;
	enum hello hello;

	do {
		looks++;
		hello = hello_judge(records, n, &n);
	} while (hello == HELLO_PARTIAL);
	ck_assert_int_eq(hello, HELLO_WHOLE);
	ck_assert_uint_eq(n, size);
	ck_assert_uint_lt(looks, 128);
}
END_TEST

START_TEST(gathering_makes_one_message_of_any_records)
{
	static unsigned char whole[HELLO_SIZE_MAX];

	cut(whole, 1000, 16384);
	for (size_t piece = 1; piece <= 1001; piece++) {
		cut(records, 1000, piece);
		ck_assert_uint_eq(hello_gather(records), 1000);
		ck_assert_mem_eq(records + 5, whole + 5, 1000);
	}
}
END_TEST

START_TEST(http_is_recognized_by_its_method)
{
	ck_assert_int_eq(JUDGE("GET / HTTP/1.1\r\n"), HELLO_HTTP);
	ck_assert_int_eq(JUDGE("OPTIONS *"), HELLO_HTTP);
	ck_assert_int_eq(JUDGE("PRI * HTTP/2.0"), HELLO_HTTP);
	ck_assert_int_eq(JUDGE("G"), HELLO_PARTIAL);
	ck_assert_int_eq(JUDGE("P"), HELLO_PARTIAL);
	ck_assert_int_eq(JUDGE("GETTING"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("get / HTTP/1.1"), HELLO_OTHER);
}
END_TEST

START_TEST(other_protocols_are_named)
{
	ck_assert_int_eq(JUDGE("SSH-2.0-OpenSSH_9.2"), HELLO_SSH);
	ck_assert_int_eq(JUDGE("\x80\x2e\x01\x00\x02"), HELLO_SSL2);
	ck_assert_int_eq(JUDGE("\x80\x2e"), HELLO_PARTIAL);
	ck_assert_int_eq(JUDGE("\x80\x2e\x07"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x00\x00\x00\x00"), HELLO_OTHER);
}
END_TEST

/* Arbitrary bytes get a verdict, and a whole ClientHello can be gathered. */
START_TEST(any_bytes_get_a_judgement)
{
	size_t wholes = 0;

	srand(4433);
	for (int i = 0; i < 200000; i++) {
		size_t size =
		    cut(records, 4 + (size_t)rand() % 40, 1 + (size_t)rand() % 40);
		if (i % 2 == 0)
			records[(size_t)rand() % size] = (unsigned char)rand();
		unsigned char *copy = malloc(size);
		memcpy(copy, records, size);
		if (judge((const char *)copy, size) == HELLO_WHOLE) {
			ck_assert_uint_le(hello_gather(copy), size - 5);
			wholes++;
		}
		free(copy);
	}
	ck_assert_uint_ge(wholes, 100000);
}
END_TEST

SUITE("hello", a_hello_is_partial_until_its_message_is_whole,
    a_whole_record_with_a_part_of_the_message_is_partial, more_than_the_message_is_fine,
    the_record_with_the_end_of_the_message_must_be_whole,
    first_record_that_cannot_be_a_hello_is_not_tls,
    later_record_outside_the_hello_is_a_protocol_error,
    a_record_of_more_than_16384_bytes_overflows,
    invalid_complete_record_is_rejected_without_waiting_for_more,
    the_longest_message_is_taken_and_no_longer_one,
    a_hello_in_too_many_records_is_too_long,
    hello_in_tiny_records_needs_few_parser_calls,
    gathering_makes_one_message_of_any_records, http_is_recognized_by_its_method,
    other_protocols_are_named, any_bytes_get_a_judgement)
