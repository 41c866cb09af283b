/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/session/hiddenname.h"

#include <stdlib.h>
#include <string.h>

#include "lib/peer.h"
#include "lib/readings.h"
#include "lib/suite.h"

#define RECORD_HEADER 5

/* A ClientHello in one record, and the same in several. */
static unsigned char hello[4096], cut[6 * 4096];
static size_t size;

static void
put_16(unsigned char *at, size_t number)
{
	at[0] = (unsigned char)(number >> 8);
	at[1] = (unsigned char)number;
}

static void
add_16(unsigned char *at, size_t more)
{
	put_16(at, ((size_t)at[0] << 8 | at[1]) + more);
}

/* Returns the place of the length of the extensions in the record (RFC 8446, 4.1.2). */
static unsigned char *
find_extensions(void)
{
	unsigned char *at = hello + RECORD_HEADER + 4 + 2 + 32;

	at += 1 + at[0];
	at += 2 + ((size_t)at[0] << 8 | at[1]);
	return at + 1 + at[0];
}

/* Makes a well-formed ClientHello without a name. Inserts `count` bytes before its extensions. */
static void
make_hello(const unsigned char *extension, size_t count)
{
	memset(hello, 0, sizeof hello);
	size = peer_hello(hello);
	unsigned char *at = find_extensions();
	memmove(at + 2 + count, at + 2, size - (size_t)(at + 2 - hello));
	memcpy(at + 2, extension, count);
	add_16(at, count);
	add_16(hello + RECORD_HEADER + 2, count);
	add_16(hello + 3, count);
	size += count;
}

/* Reads a ClientHello with this list of names; the list's length is added. */
static enum readings
read_list(const unsigned char *list, size_t count)
{
	unsigned char extension[2048] = { 0, 0 };

	put_16(extension + 2, count + 2);
	put_16(extension + 4, count);
	memcpy(extension + 6, list, count);
	make_hello(extension, 6 + count);
	return readings_compare(hello, size);
}

static enum readings
read_bytes(const char *name, size_t count)
{
	unsigned char list[1024] = { 0 };

	put_16(list + 1, count);
	memcpy(list + 3, name, count);
	return read_list(list, 3 + count);
}

static enum readings
read_name(const char *name)
{
	return read_bytes(name, strlen(name));
}

START_TEST(the_library_reads_plain_names_itself)
{
	ck_assert_int_eq(read_name("example.org"), READINGS_AGREE);
	ck_assert_int_eq(read_name("EXAMPLE.org."), READINGS_AGREE);
	ck_assert_int_eq(read_name("192.0.2.1"), READINGS_AGREE);
	size = peer_hello(hello);
	ck_assert_int_eq(readings_compare(hello, size), READINGS_AGREE);
}
END_TEST

START_TEST(the_library_is_not_shown_other_names)
{
	ck_assert_int_eq(read_name("my_host.example.org"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("app_servers"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("example.org:443"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("2001:db8::1"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("[2001:db8::1]"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("a b"), READINGS_HIDDEN);
	ck_assert_int_eq(read_name("b\xc3\xbc"
				   "cher.example"),
	    READINGS_HIDDEN);
	ck_assert_int_eq(read_name("*.example.org"), READINGS_HIDDEN);
}
END_TEST

START_TEST(lists_with_anything_but_one_host_are_refused)
{
#define LIST(text) read_list((const unsigned char *)(text), sizeof(text) - 1)
	ck_assert_int_eq(LIST("\x01\x00\x01x\x00\x00\x01y"), READINGS_UNREAD);
	ck_assert_int_eq(LIST("\x00\x00\x01x\x01\x00\x01y"), READINGS_UNREAD);
	ck_assert_int_eq(LIST("\x00\x00\x01x\x00\x00\x01y"), READINGS_UNREAD);
	ck_assert_int_eq(LIST("\x01\x00\x01x"), READINGS_UNREAD);
	ck_assert_int_eq(LIST("\x00\x00\x00\x00\x00\x01y"), READINGS_UNREAD);
	ck_assert_int_eq(LIST(""), READINGS_UNREAD);
	ck_assert_int_eq(read_bytes("a\0b", 3), READINGS_UNREAD);
}
END_TEST

static size_t
any(size_t limit)
{
	return (size_t)rand() % limit;
}

/* Makes a list of some entries, most of them well formed. Returns its size in bytes. */
static size_t
make_list(unsigned char *list)
{
	static const char *const names[] = { "a", "a.example.org", "B.Example.Org",
		"a_b.example.org", "a.example.org.", "host:443", "2001:db8::1", "a b",
		"\xc3\xbc", "", "-", "..", "xn--a" };
	size_t at = 0;

	for (size_t entries = any(8) == 0 ? any(4) : 1; entries > 0; entries--) {
		const char *name = names[any(sizeof names / sizeof names[0])];
		size_t count = strlen(name);
		list[at] = any(6) == 0 ? (unsigned char)any(256) : 0;
		put_16(list + at + 1, any(20) == 0 ? any(64) : count);
		memcpy(list + at + 3, name, count);
		at += 3 + count;
	}
	return at;
}

/* Splits the ClientHello into records of random sizes. Returns their total size. */
static size_t
cut_hello(void)
{
	size_t out = 0, part;

	for (size_t at = RECORD_HEADER; at < size; at += part) {
		part = 1 + any(any(2) == 0 ? 8 : 2048);
		if (part > size - at)
			part = size - at;
		memcpy(cut + out, "\x16\x03\x01", 3);
		put_16(cut + out + 3, part);
		memcpy(cut + out + RECORD_HEADER, hello + at, part);
		out += RECORD_HEADER + part;
	}
	return out;
}

START_TEST(routing_and_library_never_read_different_names)
{
	size_t counts[READINGS_DIFFER + 1] = { 0 };

	srand(4433);
	for (int i = 0; i < 20000; i++) {
		unsigned char list[256] = { 0 };
		size_t count = make_list(list);
		read_list(list, count);
		for (size_t flips = any(4) == 0 ? 1 + any(3) : 0; flips > 0; flips--)
			hello[any(size)] ^= (unsigned char)(1 + any(255));
		counts[readings_compare(cut, cut_hello())]++;
	}
	ck_assert_uint_eq(counts[READINGS_DIFFER], 0);
	ck_assert_uint_eq(counts[READINGS_NAME_REFUSED], 0);
	ck_assert_uint_gt(counts[READINGS_AGREE], 2000);
	ck_assert_uint_gt(counts[READINGS_HIDDEN], 2000);
	ck_assert_uint_gt(counts[READINGS_UNREAD], 2000);
	ck_assert_uint_gt(counts[READINGS_REFUSED], 0);
}
END_TEST

SUITE("hiddenname", the_library_reads_plain_names_itself,
    the_library_is_not_shown_other_names, lists_with_anything_but_one_host_are_refused,
    routing_and_library_never_read_different_names)
