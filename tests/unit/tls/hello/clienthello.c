/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/hello/clienthello.h"

#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

static unsigned char hello[512];
static size_t size;

static void
put(const char *bytes, size_t count)
{
	memcpy(hello + size, bytes, count);
	size += count;
}

#define PUT(text) put(text, sizeof(text) - 1)

static void
put_16(size_t number)
{
	const char bytes[] = { (char)(number >> 8), (char)number };

	put(bytes, 2);
}

/* Writes the lengths of the message and of its extensions into their places. */
static void
fill_in(size_t extensions_at)
{
	size_t body = size - 4, length = size - extensions_at - 2;

	hello[2] = (unsigned char)(body >> 8);
	hello[3] = (unsigned char)body;
	hello[extensions_at] = (unsigned char)(length >> 8);
	hello[extensions_at + 1] = (unsigned char)length;
}

#define EXTENSIONS_AT (4 + 2 + 32 + 3 + 4 + 2)

/* Makes a ClientHello without extensions. */
static void
begin(void)
{
	size = 0;
	PUT("\x01\x00\x00\x00\x03\x03");
	put("0123456789abcdef0123456789abcdef", 32);
	PUT("\x02ss" /* session id */
	    "\x00\x02\x13\x01" /* one suite */
	    "\x01\x00" /* null compression */
	    "\x00\x00");
	fill_in(EXTENSIONS_AT);
}

static void
add(size_t type, const char *bytes, size_t count)
{
	put_16(type);
	put_16(count);
	put(bytes, count);
	fill_in(EXTENSIONS_AT);
}

#define ADD(type, text) add(type, text, sizeof(text) - 1)

static void
build(const char *key_share, size_t count)
{
	begin();
	ADD(0, "\x00\x0e\x00\x00\x0b"
	       "example.org");
	add(51, key_share, count);
}

#define BUILD(text) build(text, sizeof(text) - 1)
#define X25519 "\x00\x1d\x00\x03xxx"
#define P256 "\x00\x17\x00\x04pppp"
#define P384 "\x00\x18\x00\x02qq"

static struct clienthello got;

/* Reads the ClientHello from an allocation of its own, so that a read beyond is detected. */
static int
read_hello(void)
{
	static unsigned char *copy;

	free(copy);
	copy = malloc(size + 1);
	memcpy(copy, hello, size);
	return clienthello_read(copy, size, &got);
}

static bool
wants_p256(void)
{
	ck_assert_int_eq(read_hello(), 0);
	return got.wants_p256;
}

START_TEST(only_a_lone_p256_share_wants_p256)
{
	BUILD("\x00\x08" P256);
	ck_assert(wants_p256());
	BUILD("\x00\x0e" P384 P256);
	ck_assert(wants_p256());
	BUILD("\x00\x07" X25519);
	ck_assert(!wants_p256());
	BUILD("\x00\x0f" P256 X25519);
	ck_assert(!wants_p256());
	BUILD("\x00\x0f" X25519 P256);
	ck_assert(!wants_p256());
	BUILD("\x00\x06" P384);
	ck_assert(!wants_p256());
	BUILD("\x00\x00");
	ck_assert(!wants_p256());
}
END_TEST

START_TEST(groups_and_shares_are_found)
{
	begin();
	ADD(10, "\x00\x06\x11\xec\x00\x1d\x00\x17");
	ADD(43, "\x02\x03\x04");
	ADD(51, "\x00\x0f" P256 X25519);
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(clienthello_supports(&got, 0x11ec));
	ck_assert(clienthello_supports(&got, 0x0017));
	ck_assert(!clienthello_supports(&got, 0xec00));
	ck_assert(clienthello_shares(&got, 0x001d));
	ck_assert(!clienthello_shares(&got, 0x11ec));
	ck_assert(clienthello_offers_tls13(&got));
	begin();
	ADD(43, "\x02\x03\x03");
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(!clienthello_supports(&got, 0x11ec));
	ck_assert(!clienthello_shares(&got, 0x001d));
	ck_assert(!clienthello_offers_tls13(&got));
}
END_TEST

START_TEST(malformed_groups_and_shares_are_refused)
{
	begin();
	ADD(10, "\x00\x03\x11\xec\x00");
	ck_assert_int_eq(read_hello(), -1);
	begin();
	ADD(10, "\x00\x00");
	ck_assert_int_eq(read_hello(), -1);
	begin();
	ADD(10, "\x00\x04\x11\xec");
	ck_assert_int_eq(read_hello(), -1);
	begin();
	ADD(10, "\x00\x02\x11\xec");
	ADD(10, "\x00\x02\x00\x1d");
	ck_assert_int_eq(read_hello(), -1);
	BUILD("\x00\x06" X25519);
	ck_assert_int_eq(read_hello(), -1);
	BUILD("\x00\x07" X25519);
	ADD(51, "\x00\x08" P256);
	ck_assert_int_eq(read_hello(), -1);
}
END_TEST

START_TEST(empty_list_of_pre_shared_keys_is_refused)
{
	begin();
	ADD(41, "");
	ck_assert_int_eq(read_hello(), -1);
	begin();
	ADD(41, "x");
	ck_assert_int_eq(read_hello(), 0);
}
END_TEST

START_TEST(name_and_protocols_are_found)
{
	begin();
	ADD(43, "\x02\x03\x04");
	ADD(16, "\x00\x0c\x02h2\x08http/1.1");
	ADD(0, "\x00\x0e\x00\x00\x0b"
	       "example.org");
	ck_assert_int_eq(read_hello(), 0);
	ck_assert_uint_eq(got.name_size, 11);
	ck_assert_mem_eq(got.name, "example.org", 11);
	ck_assert(clienthello_offers(&got, "h2"));
	ck_assert(clienthello_offers(&got, "http/1.1"));
	ck_assert(!clienthello_offers(&got, "h"));
	ck_assert(!clienthello_offers(&got, "h2c"));
	ck_assert(!clienthello_offers(&got, ""));
}
END_TEST

START_TEST(a_protocol_is_offered_alone_or_among_others)
{
	begin();
	ADD(16, "\x00\x0b\x0a"
		"acme-tls/1");
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(clienthello_offers_only(&got, "acme-tls/1"));
	ck_assert(!clienthello_offers_only(&got, "acme-tls/2"));
	ck_assert(!clienthello_offers_only(&got, "acme-tls/"));
	begin();
	ADD(16, "\x00\x0e\x0a"
		"acme-tls/1\x02h2");
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(clienthello_offers(&got, "acme-tls/1"));
	ck_assert(!clienthello_offers_only(&got, "acme-tls/1"));
	begin();
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(!clienthello_offers_only(&got, "acme-tls/1"));
}
END_TEST

START_TEST(a_hello_need_not_have_them)
{
	begin();
	ck_assert_int_eq(read_hello(), 0);
	ck_assert_ptr_null(got.name);
	ck_assert_ptr_null(got.protocols);
	ck_assert(!clienthello_offers(&got, "h2"));
	size -= 2; /* removes the length of the extensions as well */
	hello[3] = (unsigned char)(size - 4);
	ck_assert_int_eq(read_hello(), 0);
}
END_TEST

/* Expects a ClientHello with the server name `name` to be accepted, and `said` to be that name. */
static void
say(const char *name)
{
	char extension[1024] = "";
	size_t count = strlen(name);

	extension[1] = (char)(count + 3);
	extension[0] = (char)((count + 3) >> 8);
	extension[4] = (char)count;
	extension[3] = (char)(count >> 8);
	memcpy(extension + 5, name, count);
	begin();
	add(0, extension, 5 + count);
	ck_assert_int_eq(read_hello(), 0);
	ck_assert_uint_eq(got.said_size, count);
	ck_assert_mem_eq(got.said, name, count);
}

static void
is_host(const char *name, const char *host)
{
	say(name);
	ck_assert_uint_eq(got.name_size, strlen(host));
	ck_assert_mem_eq(got.name, host, strlen(host));
}

START_TEST(hosts_may_have_underscores_and_a_dot_at_the_end)
{
	is_host("my_host.example.org", "my_host.example.org");
	is_host("app_servers", "app_servers");
	is_host("Example.ORG.", "Example.ORG");
}
END_TEST

static void
is_no_host(const char *name)
{
	say(name);
	ck_assert_ptr_null(got.name);
	ck_assert_uint_eq(got.name_size, 0);
}

START_TEST(a_name_that_is_not_a_host_counts_as_none)
{
	char name[401];

	is_no_host("example.org:443");
	is_no_host("2001:db8::1");
	is_no_host("a b");
	is_no_host("b\xc3\xbc"
		   "cher.example");
	is_no_host("*.example.org");
	is_no_host(".");
	is_no_host("a..b");
	memset(name, 'a', 400);
	for (size_t i = 40; i < 400; i += 41)
		name[i] = '.';
	name[400] = '\0';
	is_no_host(name);
}
END_TEST

/* Expects a ClientHello with this one extension to be refused. */
static void
is_refused(size_t type, const char *bytes, size_t count)
{
	begin();
	add(type, bytes, count);
	ck_assert_int_eq(read_hello(), -1);
}

#define IS_REFUSED(type, text) is_refused(type, text, sizeof(text) - 1)

START_TEST(names_that_could_be_read_in_two_ways_are_refused)
{
	IS_REFUSED(0, "\x00\x04\x07\x00\x01x");
	IS_REFUSED(0, "\x00\x08\x07\x00\x01"
		      "a\x00\x00\x01"
		      "b");
	IS_REFUSED(0, "\x00\x08\x00\x00\x01"
		      "a\x07\x00\x01"
		      "b");
	IS_REFUSED(0, "\x00\x08\x00\x00\x01"
		      "a\x00\x00\x01"
		      "b");
	IS_REFUSED(0, "\x00\x06\x00\x00\x03"
		      "a\0b");
	IS_REFUSED(0, "\x00\x03\x00\x00\x00");
	IS_REFUSED(0, "\x00\x00");
	IS_REFUSED(0, "");
	IS_REFUSED(0, "\x00\x04\x00\x00\x01"
		      "ab");
	begin();
	ADD(0, "\x00\x04\x00\x00\x01"
	       "a");
	ADD(0, "\x00\x04\x00\x00\x01"
	       "b");
	ck_assert_int_eq(read_hello(), -1);
}
END_TEST

START_TEST(protocols_that_could_be_read_in_two_ways_are_refused)
{
	IS_REFUSED(16, "\x00\x00");
	IS_REFUSED(16, "\x00\x01\x00");
	IS_REFUSED(16, "\x00\x03\x03h2");
	IS_REFUSED(16, "\x00\x03\x02h2x");
	begin();
	ADD(16, "\x00\x03\x02h2");
	ADD(16, "\x00\x03\x02h3");
	ck_assert_int_eq(read_hello(), -1);
}
END_TEST

static size_t
record_size(size_t type, const char *bytes, size_t count)
{
	begin();
	add(type, bytes, count);
	ck_assert_int_eq(read_hello(), 0);
	return got.record_size;
}

#define RECORD_SIZE(type, text) record_size(type, text, sizeof(text) - 1)

START_TEST(records_are_as_large_as_the_client_takes_them)
{
	begin();
	ck_assert_int_eq(read_hello(), 0);
	ck_assert_uint_eq(got.record_size, 16384);
	ck_assert_uint_eq(RECORD_SIZE(28, "\x00\x40"), 63);
	ck_assert_uint_eq(RECORD_SIZE(28, "\x40\x01"), 16384);
	ck_assert_uint_eq(RECORD_SIZE(28, "\xff\xff"), 16384);
	ck_assert_uint_eq(RECORD_SIZE(1, "\x01"), 512);
	ck_assert_uint_eq(RECORD_SIZE(1, "\x04"), 4096);
	/* Values that are not allowed are left to the library to refuse. */
	ck_assert_uint_eq(RECORD_SIZE(28, "\x00\x3f"), 16384);
	ck_assert_uint_eq(RECORD_SIZE(1, "\x05"), 16384);
	IS_REFUSED(28, "\x40");
	IS_REFUSED(28, "\x40\x01\x00");
	IS_REFUSED(1, "");
	IS_REFUSED(1, "\x01\x01");
}
END_TEST

START_TEST(the_versions_listed_are_found)
{
	begin();
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(!got.lists_versions);
	ADD(43, "\x0a\x7a\x7a\x03\x08\x03\x02\x03\x04\x02\x03");
	ck_assert_int_eq(read_hello(), 0);
	ck_assert(got.lists_versions);
	ck_assert_uint_eq(got.versions, 1 << 2 | 1 << 4);
	ADD(43, "\x02\x03\x03");
	ck_assert_int_eq(read_hello(), -1);
	IS_REFUSED(43, "");
	IS_REFUSED(43, "\x00");
	IS_REFUSED(43, "\x03\x03\x04\x03");
	IS_REFUSED(43, "\x02\x03\x04\x03");
}
END_TEST

START_TEST(lengths_that_lie_are_refused)
{
	IS_REFUSED(51, "\x00\xff" P256);
	IS_REFUSED(51, "\x00\x08\x00\x17\x00\xffpppp");
	IS_REFUSED(51, "\x00\x0a" P256 "\x00\x1d");
	BUILD("\x00\x08" P256);
	hello[3]++;
	ck_assert_int_eq(read_hello(), -1);
	hello[3] -= 2;
	ck_assert_int_eq(read_hello(), -1);
	BUILD("\x00\x08" P256);
	hello[EXTENSIONS_AT + 1]--;
	ck_assert_int_eq(read_hello(), -1);
}
END_TEST

START_TEST(a_hello_cut_anywhere_is_refused)
{
	BUILD("\x00\x08" P256);
	for (size--; size > 0; size--)
		ck_assert_int_eq(read_hello(), -1);
}
END_TEST

START_TEST(any_bytes_are_survived)
{
	srand(4433);
	for (int i = 0; i < 200000; i++) {
		begin();
		ADD(16, "\x00\x0c\x02h2\x08http/1.1");
		ADD(0, "\x00\x0e\x00\x00\x0b"
		       "example.org");
		ADD(51, "\x00\x08" P256);
		for (int j = 0; j < 2; j++)
			hello[(size_t)rand() % size] = (unsigned char)rand();
		if (read_hello() == 0)
			clienthello_offers(&got, "h3");
	}
}
END_TEST

SUITE("clienthello", only_a_lone_p256_share_wants_p256, groups_and_shares_are_found,
    malformed_groups_and_shares_are_refused, empty_list_of_pre_shared_keys_is_refused,
    records_are_as_large_as_the_client_takes_them, name_and_protocols_are_found,
    a_protocol_is_offered_alone_or_among_others, a_hello_need_not_have_them,
    the_versions_listed_are_found, hosts_may_have_underscores_and_a_dot_at_the_end,
    a_name_that_is_not_a_host_counts_as_none,
    names_that_could_be_read_in_two_ways_are_refused,
    protocols_that_could_be_read_in_two_ways_are_refused, lengths_that_lie_are_refused,
    a_hello_cut_anywhere_is_refused, any_bytes_are_survived)
