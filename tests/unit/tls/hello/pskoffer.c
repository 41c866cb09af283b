/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hello/pskoffer.h"

#include "lib/suite.h"
#include "tls/hello/clienthello.h"

enum { TLS12 = 1 << 3, TLS13 = 1 << 4 };

/* Cipher suites, as bytes of a hello. */
#define PSK_AES_128_CBC_SHA "\x00\x8c"
#define DHE_PSK_AES_128_GCM "\x00\xaa"
#define RSA_PSK_CHACHA20 "\xcc\xae"
#define PSK_AES_128_CCM_8 "\xc0\xa8"
#define ECDHE_PSK_AES_128_CBC_SHA256 "\xc0\x37"
#define ECDHE_PSK_CHACHA20 "\xcc\xac"
#define ECDHE_PSK_AES_128_GCM "\xd0\x01"
#define ECDHE_ECDSA_AES_128_GCM "\xc0\x2b"
#define TLS13_AES_128_GCM "\x13\x01"
#define RENEGOTIATION "\x00\xff"
#define FALLBACK "\x56\x00"
#define GREASE "\x8a\x8a"

static enum pskoffer
offer_of(unsigned versions, const char *suites, size_t size)
{
	const struct clienthello hello = {
		.versions = versions,
		.suites = (const unsigned char *)suites,
		.suites_size = size,
	};

	return pskoffer_read(&hello);
}

#define OFFER(suites) offer_of(TLS12, suites, sizeof(suites) - 1)

START_TEST(suites_without_ecdhe_are_not_ephemeral)
{
	ck_assert_int_eq(OFFER(PSK_AES_128_CBC_SHA), PSKOFFER_NOT_EPHEMERAL);
	ck_assert_int_eq(OFFER(DHE_PSK_AES_128_GCM RSA_PSK_CHACHA20 PSK_AES_128_CCM_8),
	    PSKOFFER_NOT_EPHEMERAL);
}
END_TEST

START_TEST(suites_with_ecdhe_are_told_by_their_ciphers)
{
	ck_assert_int_eq(OFFER(ECDHE_PSK_CHACHA20), PSKOFFER_EPHEMERAL);
	ck_assert_int_eq(
	    OFFER(PSK_AES_128_CBC_SHA ECDHE_PSK_AES_128_GCM), PSKOFFER_EPHEMERAL);
	ck_assert_int_eq(
	    OFFER(ECDHE_PSK_CHACHA20 ECDHE_PSK_AES_128_CBC_SHA256), PSKOFFER_CBC);
}
END_TEST

START_TEST(a_suite_for_certificates_makes_the_keys_not_alone)
{
	ck_assert_int_eq(
	    OFFER(ECDHE_PSK_CHACHA20 ECDHE_ECDSA_AES_128_GCM), PSKOFFER_NOT_ALONE);
	ck_assert_int_eq(OFFER(ECDHE_ECDSA_AES_128_GCM), PSKOFFER_NOT_ALONE);
	ck_assert_int_eq(OFFER(RENEGOTIATION), PSKOFFER_NOT_ALONE);
	ck_assert_int_eq(OFFER(""), PSKOFFER_NOT_ALONE);
}
END_TEST

START_TEST(codes_that_are_no_suites_of_tls_1_2_do_not_count)
{
	ck_assert_int_eq(
	    OFFER(TLS13_AES_128_GCM PSK_AES_128_CBC_SHA RENEGOTIATION FALLBACK GREASE),
	    PSKOFFER_NOT_EPHEMERAL);
}
END_TEST

static enum pskoffer
offer_of_modes(bool has_psk, const char *modes, size_t size)
{
	const struct clienthello hello = {
		.versions = TLS12 | TLS13,
		.suites = (const unsigned char *)PSK_AES_128_CBC_SHA TLS13_AES_128_GCM,
		.suites_size = 4,
		.has_psk = has_psk,
		.psk_modes = (const unsigned char *)modes,
		.psk_modes_size = size,
	};

	return pskoffer_read(&hello);
}

START_TEST(in_tls_1_3_the_mode_of_the_key_counts)
{
	ck_assert_int_eq(offer_of_modes(true, "\0", 1), PSKOFFER_NOT_EPHEMERAL);
	ck_assert_int_eq(offer_of_modes(true, "\0\1", 2), PSKOFFER_NOT_ALONE);
	ck_assert_int_eq(offer_of_modes(false, "\0", 1), PSKOFFER_NOT_ALONE);
	ck_assert_int_eq(offer_of_modes(true, NULL, 0), PSKOFFER_NOT_ALONE);
}
END_TEST

SUITE("pskoffer", suites_without_ecdhe_are_not_ephemeral,
    suites_with_ecdhe_are_told_by_their_ciphers,
    a_suite_for_certificates_makes_the_keys_not_alone,
    codes_that_are_no_suites_of_tls_1_2_do_not_count,
    in_tls_1_3_the_mode_of_the_key_counts)
