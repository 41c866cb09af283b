/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/connection/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/explain/diagram.h"
#include "client/explain/tracesummary.h"
#include "client/explain/svg.h"
#include "lib/suite.h"

#define MS 1000000

static struct trace trace;
static int64_t now_ns;

/* Traces a record of `type` and `size`, byte by byte. */
static void
pass(enum trace_direction direction, unsigned char type, size_t size)
{
	unsigned char bytes[600] = { type, 3, 3, (unsigned char)(size >> 8),
		(unsigned char)size };

	for (size_t i = 0; i < 5 + size; i++)
		trace_bytes(&trace, direction, bytes + i, 1, now_ns);
}

static void
send_message(unsigned number, unsigned char type, size_t size)
{
	now_ns += MS;
	trace_content(&trace, TRACE_OUT, TRACE_HANDSHAKE, number, size);
	pass(TRACE_OUT, type, size + 4);
}

static void
receive_message(unsigned number, unsigned char type, size_t size)
{
	pass(TRACE_IN, type, size + 4);
	trace_content(&trace, TRACE_IN, TRACE_HANDSHAKE, number, size);
}

/* Traces a TLS 1.3 handshake whose answer comes with the server's first flight and is
 * read last. */
static void
shake_hands_early(void)
{
	trace_add(&trace, TRACE_OUT, TRACE_CONNECT, 0);
	trace_add(&trace, TRACE_IN, TRACE_CONNECT, now_ns = MS);
	send_message(TRACE_CLIENT_HELLO, 22, 200);
	now_ns += MS;
	receive_message(TRACE_SERVER_HELLO, 22, 90);
	receive_message(TRACE_CERTIFICATE, 23, 300);
	receive_message(TRACE_FINISHED, 23, 32);
	send_message(TRACE_FINISHED, 23, 32);
	now_ns -= MS;
	pass(TRACE_IN, 23, 29);
	trace_content(&trace, TRACE_IN, TRACE_DATA, 0, 12);
	trace_finish(&trace);
}

static const char *
name_at(size_t i)
{
	static char name[TRACE_NAME_SIZE];

	return trace_name(&trace.events[i], name);
}

START_TEST(trace_event_combines_a_message_with_its_record)
{
	send_message(TRACE_CLIENT_HELLO, 22, 200);
	receive_message(TRACE_SERVER_HELLO, 22, 90);
	ck_assert_uint_eq(trace.count, 2);
	ck_assert_str_eq(name_at(0), "ClientHello");
	ck_assert_uint_eq(trace.events[0].wire, 209);
	ck_assert_uint_eq(trace.events[1].wire, 99);
	ck_assert(!trace.events[1].encrypted);
	trace_fini(&trace);
}
END_TEST

START_TEST(messages_may_share_a_record_or_fill_several)
{
	pass(TRACE_IN, 22, 150);
	trace_content(&trace, TRACE_IN, TRACE_HANDSHAKE, TRACE_SERVER_HELLO, 70);
	trace_content(&trace, TRACE_IN, TRACE_HANDSHAKE, TRACE_CERTIFICATE, 72);
	ck_assert_uint_eq(trace.events[0].wire, 155);
	ck_assert_uint_eq(trace.events[1].wire, 0);
	pass(TRACE_IN, 22, 100);
	pass(TRACE_IN, 22, 100);
	trace_content(&trace, TRACE_IN, TRACE_HANDSHAKE, 12, 196);
	ck_assert_uint_eq(trace.events[2].wire, 210);
	ck_assert_uint_eq(trace.events[2].records, 2);
	trace_fini(&trace);
}
END_TEST

START_TEST(tls_1_2_is_encrypted_after_change_cipher_spec)
{
	pass(TRACE_IN, 20, 1);
	receive_message(TRACE_FINISHED, 22, 36);
	ck_assert_str_eq(name_at(0), "ChangeCipherSpec");
	ck_assert(!trace.events[0].encrypted);
	ck_assert(trace.events[1].encrypted);
	trace_fini(&trace);
}
END_TEST

START_TEST(a_second_hello_is_in_the_clear)
{
	pass(TRACE_OUT, 20, 1);
	send_message(TRACE_CLIENT_HELLO, 22, 200);
	ck_assert(!trace.events[1].encrypted);
	trace_fini(&trace);
}
END_TEST

START_TEST(an_alert_in_the_clear_speaks_for_itself)
{
	const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 48 };

	trace_bytes(&trace, TRACE_IN, alert, sizeof alert, 0);
	ck_assert_str_eq(name_at(0), "Alert: unknown ca");
	trace_fini(&trace);
}
END_TEST

START_TEST(undecryptable_record_is_shown_in_the_trace)
{
	pass(TRACE_IN, 23, 40);
	trace_finish(&trace);
	ck_assert_uint_eq(trace.count, 1);
	ck_assert_int_eq(trace.events[0].kind, TRACE_UNKNOWN);
	trace_fini(&trace);
}
END_TEST

START_TEST(data_of_many_records_are_one_event)
{
	for (int i = 0; i < 3; i++) {
		pass(TRACE_IN, 23, 100);
		trace_content(&trace, TRACE_IN, TRACE_DATA, 0, 83);
	}
	ck_assert_uint_eq(trace.count, 1);
	ck_assert_uint_eq(trace.events[0].size, 249);
	ck_assert_uint_eq(trace.events[0].records, 3);
	trace_fini(&trace);
}
END_TEST

START_TEST(an_early_answer_stands_where_it_arrived)
{
	shake_hands_early();
	ck_assert(trace_has_early_answer(&trace));
	ck_assert_str_eq(name_at(6), "application data, 12 bytes");
	ck_assert_str_eq(name_at(7), "Finished");
	ck_assert_uint_eq(trace_round_trips(&trace, trace.count - 1), 2);
	trace_fini(&trace);
}
END_TEST

START_TEST(trace_summary_names_round_trips_and_the_early_answer)
{
	struct stringlist lines = { 0 };

	shake_hands_early();
	tracesummary_tell(&trace, false, &lines);
	ck_assert_str_eq(
	    lines.items[0], "The handshake took 1 round trip, after the one of TCP.");
	ck_assert_ptr_nonnull(strstr(lines.items[3], "Early answer"));
	stringlist_fini(&lines);
	trace_fini(&trace);
}
END_TEST

/* Returns the output of `print`. The caller frees it. */
static char *
drawn(void (*print)(const struct diagram *diagram, FILE *out), const char *title)
{
	struct diagram diagram = { .trace = &trace, .title = title };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(&diagram, out);
	fclose(out);
	return text;
}

static void
print_ascii(const struct diagram *diagram, FILE *out)
{
	diagram_print(diagram, &(struct diagram_style){ .ascii = true }, out);
}

START_TEST(a_drawing_has_an_arrow_for_each_event_within_eighty_columns)
{
	shake_hands_early();
	char *text = drawn(print_ascii, "title");
	size_t arrows = 0;

	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		ck_assert_uint_le(strlen(line), 80);
		arrows += strstr(line, "|<") != NULL || strstr(line, ">|") != NULL;
	}
	ck_assert_uint_eq(arrows, trace.count);
	free(text);
	trace_fini(&trace);
}
END_TEST

START_TEST(svg_image_escapes_xml_characters)
{
	shake_hands_early();
	char *text = drawn(svg_print, "a<b>&\"c\"");

	ck_assert_ptr_nonnull(strstr(text, "a&lt;b&gt;&amp;&quot;c&quot;"));
	ck_assert_ptr_nonnull(strstr(text, "</svg>"));
	free(text);
	trace_fini(&trace);
}
END_TEST

START_TEST(an_empty_trace_can_be_drawn)
{
	char *text = drawn(print_ascii, "title"), *image = drawn(svg_print, "title");

	ck_assert_ptr_nonnull(strstr(text, "client"));
	ck_assert_ptr_nonnull(strstr(image, "</svg>"));
	free(text);
	free(image);
}
END_TEST

SUITE("trace", trace_event_combines_a_message_with_its_record,
    messages_may_share_a_record_or_fill_several,
    tls_1_2_is_encrypted_after_change_cipher_spec, a_second_hello_is_in_the_clear,
    an_alert_in_the_clear_speaks_for_itself, undecryptable_record_is_shown_in_the_trace,
    data_of_many_records_are_one_event, an_early_answer_stands_where_it_arrived,
    trace_summary_names_round_trips_and_the_early_answer,
    a_drawing_has_an_arrow_for_each_event_within_eighty_columns,
    svg_image_escapes_xml_characters, an_empty_trace_can_be_drawn)
