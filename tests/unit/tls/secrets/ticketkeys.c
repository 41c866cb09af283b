/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/secrets/ticketkeys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"

enum { LIFETIME = 3600, PERIOD = 3 * LIFETIME };

static struct ticketkey
key_that_begins(int64_t begins, unsigned char byte)
{
	struct ticketkey key = { .begins = begins };

	memset(key.bytes, byte, sizeof key.bytes);
	return key;
}

static struct ticketkeys
keys_of(size_t count, const int64_t *begins)
{
	struct ticketkeys keys = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct ticketkey key =
		    key_that_begins(begins[i], (unsigned char)(i + 1));
		ticketkeys_add(&keys, &key);
	}
	return keys;
}

START_TEST(latest_started_ticket_key_issues_tickets)
{
	const int64_t begins[] = { 200, 100, 300 };
	struct ticketkeys keys = keys_of(3, begins);

	ck_assert_int_eq(ticketkeys_issuing(&keys, 250)->begins, 200);
	ck_assert_int_eq(ticketkeys_issuing(&keys, 300)->begins, 300);
	ck_assert_int_eq(ticketkeys_issuing(&keys, 199)->begins, 100);
	/* If the clock is slow, a key that has not begun is better than none. */
	ck_assert_int_eq(ticketkeys_issuing(&keys, 0)->begins, 100);
}
END_TEST

START_TEST(ticket_key_file_reads_back_as_written)
{
	const int64_t begins[] = { 1795494540, 0 };
	struct ticketkeys keys = keys_of(2, begins), again;
	struct findings findings;
	const char *path = suite_path("ticket.key");
	char *written = ticketkeys_write(&keys);
	char *text = memory_format("\xef\xbb\xbf%s", written);
	free(written);
	ck_assert_int_eq(file_write(path, text, strlen(text), 0600, FILE_REPLACE), 0);
	free(text);
	findings_init(&findings);
	ck_assert_int_eq(ticketkeys_read(path, &again, &findings), 0);
	ck_assert_uint_eq(findings.count, 0);
	ck_assert_uint_eq(again.count, keys.count);
	for (size_t i = 0; i < keys.count; i++) {
		ck_assert_int_eq(again.items[i].begins, keys.items[i].begins);
		ck_assert_mem_eq(
		    again.items[i].bytes, keys.items[i].bytes, TICKETKEY_SIZE);
	}
	findings_fini(&findings);
}
END_TEST

/* The name was computed with another implementation of SHA-3, from 64 bytes of 1 and period 5. */
START_TEST(the_key_of_a_name_is_found_a_period_around)
{
	static const unsigned char name[TICKETKEY_NAME_SIZE] = { 0x37, 0xc6, 0xd4, 0x4b,
		0x05, 0x06, 0xf5, 0xed, 0xea, 0x0d, 0xb7, 0x72, 0x5a, 0x5f, 0xe2,
		0xfe };
	const int64_t begins[] = { 0, 1, 2 };
	struct ticketkeys keys = keys_of(3, begins);

	for (int64_t period = 4; period <= 6; period++) {
		const struct ticketkey *key =
		    ticketkeys_named(&keys, name, LIFETIME, period * PERIOD);
		ck_assert_ptr_nonnull(key);
		ck_assert_int_eq(key->begins, 0);
	}
	ck_assert_ptr_null(ticketkeys_named(&keys, name, LIFETIME, 7 * PERIOD));
	ck_assert_ptr_null(ticketkeys_named(&keys, name, LIFETIME, 4 * PERIOD - 1));
}
END_TEST

START_TEST(ticket_keys_bound_to_other_rules_differ)
{
	const int64_t begins[] = { 0 };
	struct ticketkeys a = keys_of(1, begins), b = a, same = a;

	ck_assert_int_eq(ticketkeys_bind(&a, "web", 4), 0);
	ck_assert_int_eq(ticketkeys_bind(&b, "mail", 5), 0);
	ck_assert_int_eq(ticketkeys_bind(&same, "web", 4), 0);
	ck_assert_mem_ne(a.items[0].bytes, b.items[0].bytes, TICKETKEY_SIZE);
	ck_assert_mem_eq(a.items[0].bytes, same.items[0].bytes, TICKETKEY_SIZE);
}
END_TEST

SUITE("ticketkeys", latest_started_ticket_key_issues_tickets,
    ticket_key_file_reads_back_as_written, the_key_of_a_name_is_found_a_period_around,
    ticket_keys_bound_to_other_rules_differ)
