/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log/journal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/suite.h"

/* Sets JOURNAL_STREAM as systemd does for a descriptor: systemd.exec(5). */
static void
name_stream(int fd)
{
	char name[64];
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(
	    name, sizeof name, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	ck_assert_int_eq(setenv("JOURNAL_STREAM", name, 1), 0);
}

START_TEST(only_the_stream_that_the_environment_names_is_the_journal)
{
	int ends[2];

	ck_assert_int_eq(unsetenv("JOURNAL_STREAM"), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert(!journal_is(ends[0]));
	name_stream(ends[1]);
	ck_assert(!journal_is(ends[0]));
	ck_assert(journal_is(ends[1]));
	ck_assert(!journal_is(-1));
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(unsetenv("JOURNAL_STREAM"), 0);
}
END_TEST

START_TEST(a_line_for_the_journal_begins_with_its_level)
{
	ck_assert_int_eq(unsetenv("JOURNAL_STREAM"), 0);
	ck_assert_str_eq(journal_prefix(LOG_LEVEL_ERROR), "");
	name_stream(STDERR_FILENO);
	ck_assert_str_eq(journal_prefix(LOG_LEVEL_ERROR), "<3>");
	ck_assert_str_eq(journal_prefix(LOG_LEVEL_WARNING), "<4>");
	ck_assert_str_eq(journal_prefix(LOG_LEVEL_DEBUG), "<7>");
	ck_assert_int_eq(unsetenv("JOURNAL_STREAM"), 0);
}
END_TEST

SUITE("journal", only_the_stream_that_the_environment_names_is_the_journal,
    a_line_for_the_journal_begins_with_its_level)
