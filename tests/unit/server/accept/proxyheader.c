/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accept/proxyheader.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "responders/backend/sendproxy.h"
#include "lib/suite.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TCP4 "\xc0\x00\x02\x07\xc6\x33\x64\x01\x01\x02\x01\xbb"
#define ZEROS_12 "\0\0\0\0\0\0\0\0\0\0\0\0"
#define MAPPED "\0\0\0\0\0\0\0\0\0\0\xff\xff"
#define V6 "\x20\x01\x0d\xb8" ZEROS_12
#define CHECKED                                          \
	SIGNATURE "\x21\x11\x00\x18" TCP4 "\x04\x00\x02" \
		  "ab\x03\x00\x04"

/* Reads the bytes from an allocation of exactly their size. */
static enum proxyheader_state
read_exactly(const void *bytes, size_t size, struct proxyheader *header)
{
	unsigned char *copy = memory_new(size + (size == 0));

	memcpy(copy, bytes, size);
	enum proxyheader_state state = proxyheader_read(copy, size, header);
	free(copy);
	return state;
}

/* Expects each proper prefix of a valid header to be partial, with a plausible `needed`. */
static void
is_partial_at_each_cut(const void *bytes, size_t size)
{
	struct proxyheader header;

	for (size_t cut = 0; cut < size; cut++) {
		ck_assert_int_eq(
		    read_exactly(bytes, cut, &header), PROXYHEADER_PARTIAL);
		ck_assert_uint_gt(header.needed, cut);
		ck_assert_uint_le(header.needed, size);
	}
}

/* Expects a valid header, also if more bytes follow. */
static struct proxyheader
read_good(const void *bytes, size_t size)
{
	struct proxyheader header, longer;
	unsigned char *more = memory_new(size + 64);

	is_partial_at_each_cut(bytes, size);
	ck_assert_int_eq(read_exactly(bytes, size, &header), PROXYHEADER_WHOLE);
	ck_assert_uint_eq(header.size, size);
	memset(more, '\n', size + 64);
	memcpy(more, bytes, size);
	ck_assert_int_eq(read_exactly(more, size + 64, &longer), PROXYHEADER_WHOLE);
	ck_assert_uint_eq(longer.size, size);
	free(more);
	return header;
}

/* Expects the header to contain these two addresses. */
static void
tells(const void *bytes, size_t size, const char *peer, const char *local)
{
	struct proxyheader header = read_good(bytes, size);
	char text[ADDRESS_TEXT_SIZE];

	ck_assert(header.has_addresses);
	ck_assert_str_eq(address_format(&header.peer, text), peer);
	ck_assert_str_eq(address_format(&header.local, text), local);
}

static void
is_broken(const void *bytes, size_t size)
{
	struct proxyheader header;

	ck_assert_int_eq(read_exactly(bytes, size, &header), PROXYHEADER_BROKEN);
	ck_assert_ptr_nonnull(header.wrong);
}

#define TELLS(text, peer, local) tells(text, sizeof(text) - 1, peer, local)
#define GOOD(text) read_good(text, sizeof(text) - 1)
#define BROKEN(text) is_broken(text, sizeof(text) - 1)

START_TEST(version_1_header_yields_the_client_address)
{
	TELLS("PROXY TCP4 192.0.2.7 198.51.100.1 51514 443\r\n", "[192.0.2.7]:51514",
	    "[198.51.100.1]:443");
	TELLS(
	    "PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "[2001:db8::1]:0", "[::1]:65535");
}
END_TEST

START_TEST(version_2_header_yields_the_client_address)
{
	TELLS(
	    SIGNATURE "\x21\x11\x00\x0c" TCP4, "[192.0.2.7]:258", "[198.51.100.1]:443");
	TELLS(SIGNATURE "\x21\x21\x00\x24" V6 V6 "\x01\x02\x01\xbb", "[2001:db8::]:258",
	    "[2001:db8::]:443");
}
END_TEST

START_TEST(written_proxy_header_is_parsed_back)
{
	const struct sendproxy_tls tls = {
		.version = "TLSv1.3", .suite = "S", .sni = "a.org", .alpn = "h2"
	};
	unsigned char bytes[SENDPROXY_SIZE];
	struct address peer[ADDRESS_MAX], local[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	for (int kind = SENDPROXY_V1; kind <= SENDPROXY_V2_TLS; kind++) {
		address_parse_connect("[2001:db8::7]:1", peer, wrong);
		address_parse_connect("[2001:db8::8]:2", local, wrong);
		size_t size = sendproxy_write(kind, peer, local, &tls, bytes);
		tells(bytes, size, "[2001:db8::7]:1", "[2001:db8::8]:2");
		address_parse_connect("192.0.2.7:1", peer, wrong);
		size = sendproxy_write(kind, peer, local, &tls, bytes);
		tells(bytes, size, "[192.0.2.7]:1", "[2001:db8::8]:2");
		size = sendproxy_write(kind, local, peer, &tls, bytes);
		tells(bytes, size, "[2001:db8::8]:2", "[192.0.2.7]:1");
		address_parse_connect("/from", peer, wrong);
		address_parse_connect("/to", local, wrong);
		size = sendproxy_write(kind, peer, local, &tls, bytes);
		if (kind == SENDPROXY_V1)
			ck_assert(!read_good(bytes, size).has_addresses);
		else
			tells(bytes, size, "unix:", "unix:");
	}
}
END_TEST

START_TEST(mapped_ipv4_in_a_header_becomes_ipv4)
{
	TELLS("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 1 2\r\n", "[192.0.2.7]:1",
	    "[192.0.2.8]:2");
	TELLS(SIGNATURE "\x21\x21\x00\x24" MAPPED "\x01\x02\x03\x04" MAPPED
			"\x05\x06\x07\x08\x00\x01\x00\x02",
	    "[1.2.3.4]:1", "[5.6.7.8]:2");
	TELLS("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", "[192.0.2.7]:1", "[::1]:2");
	TELLS("PROXY TCP6 ::1 ::ffff:192.0.2.7 1 2\r\n", "[::1]:1", "[192.0.2.7]:2");
	TELLS(SIGNATURE "\x21\x21\x00\x24" MAPPED "\x01\x02\x03\x04" V6
			"\x00\x01\x00\x02",
	    "[1.2.3.4]:1", "[2001:db8::]:2");
	TELLS(SIGNATURE "\x21\x21\x00\x24" V6 MAPPED "\x01\x02\x03\x04"
			"\x00\x01\x00\x02",
	    "[2001:db8::]:1", "[1.2.3.4]:2");
	BROKEN("PROXY TCP4 192.0.2.7 ::1 1 2\r\n");
}
END_TEST

START_TEST(local_and_unknown_leave_the_addresses_of_the_socket)
{
	ck_assert(!GOOD("PROXY UNKNOWN\r\n").has_addresses);
	ck_assert(!GOOD("PROXY UNKNOWN what ever 1\r\n").has_addresses);
	ck_assert(!GOOD(SIGNATURE "\x20\x00\x00\x00").has_addresses);
	ck_assert(!GOOD(SIGNATURE "\x20\x11\x00\x0c" TCP4).has_addresses);
	ck_assert(!GOOD(SIGNATURE "\x20\xff\x00\x03"
				  "abc")
		       .has_addresses);
	ck_assert(!GOOD(SIGNATURE "\x21\x00\x00\x02"
				  "ab")
		       .has_addresses);
}
END_TEST

START_TEST(other_lines_are_broken)
{
	BROKEN("\x16\x03\x01");
	BROKEN("GET / HTTP/1.0\r\n");
	BROKEN("PROXX");
	BROKEN("proxy TCP4 192.0.2.7 192.0.2.8 1 2\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1 2\n");
	BROKEN("PROXY \n");
	BROKEN("PROXY \r\n");
	BROKEN("PROXY UNKNOWN\0\r\n");
	BROKEN("PROXY UNKNOWNX\r\n");
	BROKEN("PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n");
	BROKEN("PROXY TCP4\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1 2 \r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1 2 3\r\n");
	BROKEN("PROXY TCP4  192.0.2.7 192.0.2.8 1 2\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1 65536\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 01 2\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 +1 2\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 -1 2\r\n");
	BROKEN("PROXY TCP4 192.0.2.7 192.0.2.8 1\t2\r\n");
	BROKEN("PROXY TCP4 192.0.2 192.0.2.8 1 2\r\n");
	BROKEN("PROXY TCP4 ::1 ::1 1 2\r\n");
	BROKEN("PROXY TCP6 192.0.2.7 192.0.2.8 1 2\r\n");
	BROKEN("PROXY TCP6 fe80::1%lo ::1 1 2\r\n");
}
END_TEST

START_TEST(a_line_ends_in_time)
{
	struct proxyheader header;
	char line[200];

	memset(line, 'x', sizeof line);
	memcpy(line, "PROXY UNKNOWN ", 14);
	ck_assert_int_eq(read_exactly(line, 106, &header), PROXYHEADER_PARTIAL);
	ck_assert_uint_eq(header.needed, 107);
	is_broken(line, 107);
	is_broken(line, sizeof line);
	memcpy(line + 105, "\r\n", 2);
	ck_assert_int_eq(read_exactly(line, 107, &header), PROXYHEADER_WHOLE);
	memcpy(line + 105, "x\r\n", 3);
	is_broken(line, 108);
}
END_TEST

START_TEST(other_versions_and_families_are_broken_at_once)
{
	BROKEN(SIGNATURE "\x11\x11\x00\x0c");
	BROKEN(SIGNATURE "\x22\x11\x00\x0c");
	BROKEN(SIGNATURE "\x21\x12\x00\x0c");
	BROKEN(SIGNATURE "\x21\x41\x00\x0c");
	BROKEN(SIGNATURE "\x21\x10\x00\x0c");
}
END_TEST

START_TEST(lengths_that_lie_are_broken)
{
	BROKEN(SIGNATURE "\x21\x11\x00\x0b");
	BROKEN(SIGNATURE "\x21\x21\x00\x0c" TCP4);
	BROKEN(SIGNATURE "\x21\x31\x00\xd7");
	BROKEN(SIGNATURE "\x21\x11\xff\xff");
	BROKEN(SIGNATURE "\x20\x00\x0f\xf1");
	BROKEN(SIGNATURE "\x21\x11\x00\x0d" TCP4 "\x04");
	BROKEN(SIGNATURE "\x21\x11\x00\x0e" TCP4 "\x04\x00");
	BROKEN(SIGNATURE "\x21\x11\x00\x0f" TCP4 "\x04\x00\x01");
	BROKEN(SIGNATURE "\x21\x11\x00\x10" TCP4 "\x04\xff\xff"
			 "a");
	BROKEN(SIGNATURE "\x21\x11\x00\x11" TCP4 "\x04\x00\x01"
			 "a\x04");
}
END_TEST

START_TEST(the_longest_header_is_read)
{
	unsigned char bytes[PROXYHEADER_SIZE_MAX] =
	    SIGNATURE "\x21\x11\x0f\xf0" TCP4 "\xe0\x0f\xe1";

	tells(bytes, sizeof bytes, "[192.0.2.7]:258", "[198.51.100.1]:443");
}
END_TEST

START_TEST(a_checksum_has_to_be_right)
{
	char bytes[] = CHECKED "\x0c\xf0\x46\x29";
	const size_t size = sizeof bytes - 1;

	ck_assert_uint_eq(size, 16 + 24);
	tells(bytes, size, "[192.0.2.7]:258", "[198.51.100.1]:443");
	for (size_t at = 16; at < size; at++) {
		bytes[at] ^= 1;
		/* This changes the checksum's type to an unknown one, which is skipped. */
		if (at != 16 + 12 + 5)
			is_broken(bytes, size);
		bytes[at] ^= 1;
	}
	BROKEN(SIGNATURE "\x21\x11\x00\x12" TCP4 "\x03\x00\x03"
			 "abc");
	BROKEN(SIGNATURE "\x21\x11\x00\x0f" TCP4 "\x03\x00\x00");
}
END_TEST

SUITE("proxyheader", version_1_header_yields_the_client_address,
    version_2_header_yields_the_client_address, written_proxy_header_is_parsed_back,
    mapped_ipv4_in_a_header_becomes_ipv4,
    local_and_unknown_leave_the_addresses_of_the_socket, other_lines_are_broken,
    a_line_ends_in_time, other_versions_and_families_are_broken_at_once,
    lengths_that_lie_are_broken, the_longest_header_is_read, a_checksum_has_to_be_right)
