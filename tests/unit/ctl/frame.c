/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ctl/frame.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/table.h"
#include "lib/suite.h"

static const char *const busy[] = {
	"server: uptime=86400s workers=128 busy=128 queue=1000 state=running "
	"log-lost=0",
	"service hello: accepted=1000000 done=999000 failed=1000 in=1 out=2",
	"phases hello: hello=10001 hold=10002 queue=10003 parked=10004 handshake=10005 "
	"answer=10006 close=10007 linger=10008",
	"times hello: queue-p50=12345.678ms queue-p99=12345.678ms "
	"handshake-p50=12345.678ms handshake-p99=12345.678ms total-p50=12345.678ms "
	"total-p99=98765.432ms",
	"handshake-failures hello: timeout=1000",
};

/* Returns the screen for a busy server. The caller frees it. */
static char *
print(struct frame_screen screen)
{
	struct frame *frame = frame_new();
	struct table *table = table_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < sizeof busy / sizeof busy[0]; i++)
		frame_add(frame, busy[i]);
	frame_print(frame, NULL, 1, table, screen, out);
	fclose(out);
	frame_free(frame);
	table_free(table);
	return text;
}

START_TEST(figures_that_do_not_fit_into_a_line_go_into_the_next)
{
	char *text = print((struct frame_screen){ .rows = 24, .columns = 80 });

	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		ck_assert_uint_le(strcspn(line, "\n"), 80);
	ck_assert_ptr_nonnull(strstr(text, " linger=10008\n"));
	ck_assert_ptr_nonnull(strstr(text, "/98765.432ms\n"));
	free(text);
}
END_TEST

START_TEST(narrow_screen_leaves_out_whole_words)
{
	char *text = print((struct frame_screen){ .rows = 24, .columns = 50 });

	ck_assert_ptr_nonnull(strstr(text, "128 of 128 workers\n"));
	ck_assert_ptr_null(strstr(text, "queue 1"));
	free(text);
}
END_TEST

START_TEST(failures_are_coloured)
{
	char *text =
	    print((struct frame_screen){ .rows = 24, .columns = 80, .colours = true });

	ck_assert_ptr_nonnull(strstr(text, "\033[1mtlsd running, "));
	ck_assert_ptr_nonnull(strstr(text, "\033[33mtimeout "));
	free(text);
	text = print((struct frame_screen){ .rows = 24, .columns = 80 });
	ck_assert_ptr_null(strchr(text, '\033'));
	free(text);
}
END_TEST

SUITE("frame", figures_that_do_not_fit_into_a_line_go_into_the_next,
    narrow_screen_leaves_out_whole_words, failures_are_coloured)
