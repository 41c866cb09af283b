/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

/* A line about an IPv4 client in which the usual columns are widest. */
#define USUAL                                                                          \
	"connection: id=1234 peer=[192.168.100.200]:54321 service=hello phase=answer " \
	"since=12.345s age=123.456s in=1234 out=123456"
#define LONG                                                                         \
	"connection: id=123456 peer=[2001:db8:1111:2222:3333:4444:5555:6666]:54321 " \
	"service=a-service-with-a-long-name phase=handshake since=12345.678s "       \
	"age=12345.678s in=1234567 out=1234567"

/* Returns the table of one connection. The caller frees it. */
static char *
print(const char *line, size_t width, bool colours)
{
	struct table *table = table_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	table_add(table, line);
	table_print(table, SIZE_MAX, width, colours, out);
	fclose(out);
	table_free(table);
	return text;
}

static void
check_lines_within(const char *text, size_t width)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		ck_assert_msg(length <= width, "%.*s", (int)length, text);
		text += length + 1;
	}
}

START_TEST(peer_with_its_port_fits_into_eighty_columns)
{
	char *text = print(USUAL, 80, false);

	check_lines_within(text, 80);
	ck_assert_ptr_nonnull(strstr(text, " [192.168.100.200]:54321\n"));
	ck_assert_ptr_nonnull(strstr(text, " 123.456s "));
	free(text);
}
END_TEST

START_TEST(peer_that_does_not_fit_keeps_its_port)
{
	char *text = print(LONG, 80, false);

	check_lines_within(text, 80);
	ck_assert_ptr_nonnull(strstr(text, " [2001:d...:54321\n"));
	ck_assert_ptr_nonnull(strstr(text, "123456 a-s...me "));
	free(text);
}
END_TEST

START_TEST(wide_table_keeps_all)
{
	char *text = print(LONG, SIZE_MAX, false);

	ck_assert_ptr_nonnull(
	    strstr(text, " [2001:db8:1111:2222:3333:4444:5555:6666]:54321\n"));
	ck_assert_ptr_nonnull(strstr(text, " a-service-with-a-long-name "));
	free(text);
}
END_TEST

START_TEST(name_of_a_client_is_before_its_peer)
{
	char *text = print(USUAL " client=alice", 80, false);
	char *nameless = print(USUAL " client=-", 80, false);

	check_lines_within(text, 80);
	ck_assert_ptr_nonnull(strstr(text, " client peer"));
	ck_assert_ptr_nonnull(strstr(text, " alice  [192.168"));
	ck_assert_ptr_null(strstr(nameless, "client"));
	ck_assert_ptr_nonnull(strstr(nameless, " 123456 [192.168.100.200]:54321\n"));
	free(nameless);
	free(text);
}
END_TEST

START_TEST(only_a_table_in_colours_has_control_sequences)
{
	char *plain = print(USUAL, 80, false), *coloured = print(USUAL, 80, true);

	ck_assert_ptr_null(strchr(plain, '\033'));
	ck_assert_int_eq(strncmp(coloured, "\033[1m", 4), 0);
	free(plain);
	free(coloured);
}
END_TEST

SUITE("table", peer_with_its_port_fits_into_eighty_columns,
    peer_that_does_not_fit_keeps_its_port, wide_table_keeps_all,
    name_of_a_client_is_before_its_peer, only_a_table_in_colours_has_control_sequences)
