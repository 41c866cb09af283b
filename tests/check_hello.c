/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/hello.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

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

START_TEST(a_hello_is_partial_until_its_record_is_whole)
{
	static const unsigned char hello[5 + 300] = { 22, 3, 1, 1, 44, 1, 0, 1, 40 };
	size_t needed;

	for (size_t n = 0; n < sizeof hello; n++)
		ck_assert_int_eq(judge((const char *)hello, n), HELLO_PARTIAL);
	ck_assert_int_eq(judge((const char *)hello, sizeof hello), HELLO_WHOLE);
	ck_assert_int_eq(hello_judge(hello, 5, &needed), HELLO_PARTIAL);
	ck_assert_uint_eq(needed, sizeof hello);
}
END_TEST

START_TEST(more_than_the_record_is_fine)
{
	ck_assert_int_eq(JUDGE("\x16\x03\x03\x00\x02\x01\x00\x16"), HELLO_WHOLE);
}
END_TEST

START_TEST(a_record_that_cannot_be_a_hello_is_refused)
{
	ck_assert_int_eq(JUDGE("\x16\x02\x00\x00\x05"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x00"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x40\x01"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x16\x03\x01\x00\x05\x02"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x17\x03\x03\x00\x05"), HELLO_OTHER);
	ck_assert_int_eq(JUDGE("\x15\x03\x03\x00\x02\x02\x28"), HELLO_OTHER);
}
END_TEST

START_TEST(the_largest_record_is_allowed)
{
	static unsigned char hello[HELLO_SIZE_MAX] = { 22, 3, 1, 0x40, 0, 1 };
	size_t needed;

	ck_assert_int_eq(hello_judge(hello, 6, &needed), HELLO_PARTIAL);
	ck_assert_uint_eq(needed, HELLO_SIZE_MAX);
	ck_assert_int_eq(hello_judge(hello, sizeof hello, &needed), HELLO_WHOLE);
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

START_TEST(any_bytes_get_a_judgement)
{
	unsigned char bytes[64];

	srand(4433);
	for (int i = 0; i < 100000; i++) {
		size_t size = (size_t)rand() % sizeof bytes;
		for (size_t j = 0; j < size; j++)
			bytes[j] = (unsigned char)rand();
		judge((const char *)bytes, size);
	}
}
END_TEST

int
main(void)
{
	return SUITE_RUN("hello", a_hello_is_partial_until_its_record_is_whole,
	    more_than_the_record_is_fine, a_record_that_cannot_be_a_hello_is_refused,
	    the_largest_record_is_allowed, http_is_recognized_by_its_method,
	    other_protocols_are_named, any_bytes_get_a_judgement);
}
