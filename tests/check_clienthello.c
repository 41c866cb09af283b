/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/clienthello.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

static unsigned char hello[512];
static size_t size;

static void
put(const char *bytes, size_t count)
{
	memcpy(hello + size, bytes, count);
	size += count;
}

#define PUT(text) put(text, sizeof(text) - 1)

/* A hello with a server name and, behind it, the key_share extension given. */
static void
build(const char *key_share, size_t count)
{
	size = 0;
	PUT("\x16\x03\x01\x00\x00\x01\x00\x00\x00\x03\x03");
	put("0123456789abcdef0123456789abcdef", 32);
	PUT("\x02ss" /* session id */
	    "\x00\x02\x13\x01" /* one suite */
	    "\x01\x00"); /* null compression */
	char lengths[6] = { 0, (char)(9 + 4 + count) };
	put(lengths, 2);
	PUT("\x00\x00\x00\x05"
	    "12345"
	    "\x00\x33");
	lengths[1] = (char)count;
	put(lengths, 2);
	put(key_share, count);
}

#define BUILD(text) build(text, sizeof(text) - 1)
#define X25519 "\x00\x1d\x00\x03xxx"
#define P256 "\x00\x17\x00\x04pppp"
#define P384 "\x00\x18\x00\x02qq"

static bool
wants_p256(void)
{
	return clienthello_wants_p256(hello, size);
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

START_TEST(lengths_that_lie_decide_nothing)
{
	BUILD("\x00\xff" P256);
	ck_assert(!wants_p256());
	BUILD("\x00\x08\x00\x17\x00\xffpppp");
	ck_assert(!wants_p256());
	BUILD("\x00\x0a" P256 "\x00\x1d");
	ck_assert(!wants_p256());
}
END_TEST

START_TEST(a_hello_cut_anywhere_decides_nothing)
{
	BUILD("\x00\x08" P256);
	for (size_t n = 0; n < size; n++) {
		unsigned char *copy = malloc(n + 1);
		memcpy(copy, hello, n);
		ck_assert(!clienthello_wants_p256(copy, n));
		free(copy);
	}
}
END_TEST

START_TEST(any_bytes_are_survived)
{
	srand(4433);
	for (int i = 0; i < 200000; i++) {
		BUILD("\x00\x08" P256);
		for (int j = 0; j < 4; j++)
			hello[(size_t)rand() % size] = (unsigned char)rand();
		clienthello_wants_p256(hello, size);
	}
}
END_TEST

int
main(void)
{
	return SUITE_RUN("clienthello", only_a_lone_p256_share_wants_p256,
	    lengths_that_lie_decide_nothing, a_hello_cut_anywhere_decides_nothing,
	    any_bytes_are_survived);
}
