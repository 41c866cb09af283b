/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/check/probe.h"

#include <string.h>

#include "lib/suite.h"

static unsigned char bytes[PROBE_SIZE];

/* Makes a ServerHello with an empty session ID and the extensions of TLS 1.3 with P-256. */
static size_t
make_hello(const unsigned char random[32])
{
	static const unsigned char tail[] = { 0, 0x13, 0x01, 0, 0, 12, 0, 43, 0, 2, 3,
		4, 0, 51, 0, 2, 0, 23 };
	const unsigned char head[] = { 22, 3, 3, 0, 4 + 34 + sizeof tail, 2, 0, 0,
		34 + sizeof tail, 3, 3 };

	memcpy(bytes, head, sizeof head);
	memcpy(bytes + sizeof head, random, 32);
	memcpy(bytes + sizeof head + 32, tail, sizeof tail);
	return sizeof head + 32 + sizeof tail;
}

START_TEST(a_hello_is_as_long_as_its_lengths_say)
{
	struct probe probe = { .version = PROBE_TLS13,
		.share = PROBE_P256,
		.name = "localhost",
		.alpn = "h2" };

	probe_list_add(&probe.suites, 0x1301);
	probe_list_add(&probe.groups, PROBE_P256);
	size_t size = probe_build(&probe, bytes);
	ck_assert_uint_eq(size, 5u + (bytes[3] << 8 | bytes[4]));
	ck_assert_uint_eq(size, 9u + (bytes[7] << 8 | bytes[8]));
	ck_assert_int_eq(bytes[5], 1);
}
END_TEST

START_TEST(an_old_hello_has_no_extensions)
{
	struct probe probe = { .version = PROBE_SSL3, .name = "localhost" };

	probe_list_add(&probe.suites, 0x0005);
	ck_assert_uint_eq(probe_build(&probe, bytes), 5u + 4 + 2 + 32 + 1 + 4 + 2);
}
END_TEST

START_TEST(server_hello_yields_version_suite_and_group)
{
	static const unsigned char random[32] = { 1 };
	struct probe_answer answer;
	size_t size = make_hello(random);

	probe_parse(bytes, size, &answer);
	ck_assert_int_eq(answer.kind, PROBE_HELLO);
	ck_assert_uint_eq(answer.version, PROBE_TLS13);
	ck_assert_uint_eq(answer.suite, 0x1301);
	ck_assert_uint_eq(answer.group, PROBE_P256);
	for (size_t i = 0; i < size; i++) {
		probe_parse(bytes, i, &answer);
		ck_assert_int_eq(answer.kind, PROBE_PARTIAL);
	}
}
END_TEST

START_TEST(retry_yields_the_group_that_the_server_asks_for)
{
	/* RFC 8446, 4.1.3 and 4.2.8: the random of a HelloRetryRequest, supported_versions
	 * with TLS 1.3, and a key_share that is the group X25519MLKEM768. */
	static const unsigned char retry[] = { 22, 3, 3, 0, 56, 2, 0, 0, 52, 3, 3, 0xcf,
		0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e,
		0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07,
		0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c, 0, 0x13, 0x02, 0, 0, 12, 0,
		43, 0, 2, 3, 4, 0, 51, 0, 2, 0x11, 0xec };
	struct probe_answer answer;

	probe_parse(retry, sizeof retry, &answer);
	ck_assert_int_eq(answer.kind, PROBE_RETRY);
	ck_assert_uint_eq(answer.version, PROBE_TLS13);
	ck_assert_uint_eq(answer.suite, 0x1302);
	ck_assert_uint_eq(answer.group, 0x11ec);
}
END_TEST

START_TEST(alert_yields_its_number)
{
	static const unsigned char alert[] = { 21, 3, 1, 0, 2, 2, 70 };
	struct probe_answer answer;

	probe_parse(alert, sizeof alert, &answer);
	ck_assert_int_eq(answer.kind, PROBE_ALERT);
	ck_assert_uint_eq(answer.alert, 70);
}
END_TEST

START_TEST(answer_other_than_tls_is_recognized)
{
	struct probe_answer answer;

	probe_parse((const unsigned char *)"HTTP/1.0 400", 12, &answer);
	ck_assert_int_eq(answer.kind, PROBE_NOT_TLS);
}
END_TEST

START_TEST(lengths_that_lie_are_survived)
{
	static const unsigned char random[32] = { 1 };
	struct probe_answer answer;
	size_t size = make_hello(random);

	for (size_t i = 3; i < size; i++) {
		make_hello(random);
		bytes[i] ^= 0xff;
		probe_parse(bytes, size, &answer);
	}
	make_hello(random);
	bytes[48] = 0xff; /* length of the extensions */
	probe_parse(bytes, size, &answer);
	ck_assert_int_eq(answer.kind, PROBE_NOT_TLS);
}
END_TEST

SUITE("probe", a_hello_is_as_long_as_its_lengths_say, an_old_hello_has_no_extensions,
    server_hello_yields_version_suite_and_group,
    retry_yields_the_group_that_the_server_asks_for, alert_yields_its_number,
    answer_other_than_tls_is_recognized, lengths_that_lie_are_survived)
