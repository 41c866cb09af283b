/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "responders/backend/sendproxy.h"

#include <stdio.h>
#include <string.h>

#include "base/net/address.h"
#include "lib/suite.h"

static unsigned char header[SENDPROXY_SIZE];

/* Writes the header for these two addresses. */
static size_t
write_for(enum sendproxy kind, const char *from, const char *to,
    const struct sendproxy_tls *tls)
{
	struct address peer[ADDRESS_MAX], local[ADDRESS_MAX];
	char error[ADDRESS_TEXT_SIZE];

	ck_assert_int_eq(address_parse_connect(from, peer, error), 1);
	ck_assert_int_eq(address_parse_connect(to, local, error), 1);
	return sendproxy_write(kind, peer, local, tls, header);
}

static void
expect_line(const char *from, const char *to, const char *line)
{
	size_t size = write_for(SENDPROXY_V1, from, to, NULL);

	ck_assert_uint_eq(size, strlen(line));
	ck_assert_mem_eq(header, line, size);
}

static void
expect_bytes(size_t size, const void *bytes, size_t expected)
{
	ck_assert_uint_eq(size, expected);
	ck_assert_mem_eq(header, bytes, expected);
}

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define EXPECT(size, text) expect_bytes(size, text, sizeof(text) - 1)

START_TEST(version_1_is_a_line)
{
	expect_line("192.0.2.7:51514", "198.51.100.1:443",
	    "PROXY TCP4 192.0.2.7 198.51.100.1 51514 443\r\n");
	expect_line("[2001:db8::1]:1", "[2001:db8::2]:65535",
	    "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n");
	expect_line("/a", "/b", "PROXY UNKNOWN\r\n");
}
END_TEST

START_TEST(version_2_has_addresses_and_ports)
{
	EXPECT(write_for(SENDPROXY_V2, "192.0.2.7:258", "198.51.100.1:443", NULL),
	    SIGNATURE "\x21\x11\x00\x0c"
		      "\xc0\x00\x02\x07\xc6\x33\x64\x01\x01\x02\x01\xbb");
	EXPECT(write_for(SENDPROXY_V2, "[2001:db8::1]:258", "[::1]:443", NULL),
	    SIGNATURE "\x21\x21\x00\x24"
		      "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
		      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
		      "\x01\x02\x01\xbb");
}
END_TEST

START_TEST(ipv4_is_mapped_if_the_other_address_is_ipv6)
{
	expect_line("192.0.2.7:1", "[2001:db8::2]:2",
	    "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::2 1 2\r\n");
	expect_line("[2001:db8::2]:2", "192.0.2.7:1",
	    "PROXY TCP6 2001:db8::2 ::ffff:192.0.2.7 2 1\r\n");
	expect_line("[::ffff:192.0.2.7]:1", "[::ffff:192.0.2.8]:2",
	    "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 1 2\r\n");
	EXPECT(write_for(SENDPROXY_V2, "192.0.2.7:258", "[2001:db8::2]:443", NULL),
	    SIGNATURE "\x21\x21\x00\x24"
		      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xc0\x00\x02\x07"
		      "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
		      "\x01\x02\x01\xbb");
}
END_TEST

START_TEST(a_unix_client_has_paths)
{
	size_t size = write_for(SENDPROXY_V2, "/from", "/to", NULL);

	ck_assert_uint_eq(size, 16 + 2 * 108);
	ck_assert_mem_eq(header, SIGNATURE "\x21\x31\x00\xd8", 16);
	ck_assert_mem_eq(header + 16, "/from\0\0", 7);
	ck_assert_mem_eq(header + 16 + 108, "/to\0\0", 5);
}
END_TEST

START_TEST(tls_without_a_certificate_is_not_verified)
{
	struct sendproxy_tls tls = { .version = "TLSv1.3", .suite = "S" };

	EXPECT(write_for(SENDPROXY_V2_TLS, "192.0.2.7:258", "198.51.100.1:443", &tls),
	    SIGNATURE "\x21\x11\x00\x22"
		      "\xc0\x00\x02\x07\xc6\x33\x64\x01\x01\x02\x01\xbb"
		      "\x20\x00\x13\x01\x00\x00\x00\x01"
		      "\x21\x00\x07TLSv1.3"
		      "\x23\x00\x01S");
}
END_TEST

START_TEST(tls_with_a_certificate_names_the_client)
{
	struct sendproxy_tls tls = { .version = "TLSv1.2",
		.suite = "S",
		.sni = "a.b",
		.alpn = "h2",
		.client = "alice",
		.verified = true };

	EXPECT(write_for(SENDPROXY_V2_TLS, "192.0.2.7:258", "198.51.100.1:443", &tls),
	    SIGNATURE "\x21\x11\x00\x35"
		      "\xc0\x00\x02\x07\xc6\x33\x64\x01\x01\x02\x01\xbb"
		      "\x01\x00\x02h2"
		      "\x02\x00\x03"
		      "a.b"
		      "\x20\x00\x1b\x07\x00\x00\x00\x00"
		      "\x21\x00\x07TLSv1.2"
		      "\x22\x00\x05"
		      "alice"
		      "\x23\x00\x01S");
	tls.verified = false;
	write_for(SENDPROXY_V2_TLS, "192.0.2.7:258", "198.51.100.1:443", &tls);
	ck_assert_mem_eq(header + 16 + 12 + 5 + 6 + 3, "\x07\x00\x00\x00\x01", 5);
}
END_TEST

START_TEST(the_identity_of_a_pre_shared_key_has_a_field_of_its_own)
{
	struct sendproxy_tls tls = { .version = "V", .suite = "S", .psk = "sensor" };

	EXPECT(write_for(SENDPROXY_V2_TLS, "192.0.2.7:258", "198.51.100.1:443", &tls),
	    SIGNATURE "\x21\x11\x00\x25"
		      "\xc0\x00\x02\x07\xc6\x33\x64\x01\x01\x02\x01\xbb"
		      "\xe0\x00\x06sensor"
		      "\x20\x00\x0d\x01\x00\x00\x00\x01"
		      "\x21\x00\x01V"
		      "\x23\x00\x01S");
}
END_TEST

START_TEST(the_longest_texts_fit)
{
	char text[1000];
	struct sendproxy_tls tls = { text, text, text, text, text, text, true };

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	size_t size = write_for(SENDPROXY_V2_TLS, "/from", "/to", &tls);
	ck_assert_uint_eq(size, 16 + 216 + 3 * 258 + 8 + 3 * 258);
	ck_assert_uint_le(size, SENDPROXY_SIZE);
}
END_TEST

START_TEST(send_proxy_off_writes_no_header)
{
	ck_assert_uint_eq(write_for(SENDPROXY_NO, "/a", "/b", NULL), 0);
	ck_assert_str_eq(sendproxy_name(SENDPROXY_V2_TLS), "v2-tls");
	ck_assert_ptr_null(sendproxy_name(SENDPROXY_V2_TLS + 1));
}
END_TEST

SUITE("sendproxy", version_1_is_a_line, version_2_has_addresses_and_ports,
    ipv4_is_mapped_if_the_other_address_is_ipv6, a_unix_client_has_paths,
    tls_without_a_certificate_is_not_verified, tls_with_a_certificate_names_the_client,
    the_identity_of_a_pre_shared_key_has_a_field_of_its_own, the_longest_texts_fit,
    send_proxy_off_writes_no_header)
