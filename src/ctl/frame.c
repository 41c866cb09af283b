/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen of the server's figures. */
#include "ctl/frame.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "ctl/fields.h"
#include "ctl/table.h"

enum { NAME_SIZE = 64, LINE_SIZE = 512, CLASSES_SHOWN = 6, SERVICES_SHOWN = 6 };
enum { HANG = 10 }; /* indent of the continuation lines of phases or times */

/* Numbers by name, in the order of their first appearance. */
struct series {
	struct number {
		char name[NAME_SIZE];
		double value;
	} * items;
	size_t count;
};

struct service {
	char name[NAME_SIZE];
	double accepted, done, failed, in, out;
};

struct frame {
	char server[LINE_SIZE]; /* the line as received */
	char times[LINE_SIZE]; /* of the service that has accepted the most */
	struct service *services;
	size_t count;
	struct series phases, failures;
};

struct frame *
frame_new(void)
{
	return memory_new(sizeof(struct frame));
}

void
frame_free(struct frame *frame)
{
	if (frame == NULL)
		return;
	free(frame->services);
	free(frame->phases.items);
	free(frame->failures.items);
	free(frame);
}

static const struct number *
find_number(const struct series *series, const char *name)
{
	for (size_t i = 0; i < series->count; i++)
		if (strcmp(series->items[i].name, name) == 0)
			return &series->items[i];
	return NULL;
}

static void
add_number(struct series *series, const char *name, double value)
{
	for (size_t i = 0; i < series->count; i++)
		if (strcmp(series->items[i].name, name) == 0) {
			series->items[i].value += value;
			return;
		}
	series->items =
	    memory_resize(series->items, (series->count + 1) * sizeof *series->items);
	struct number *number = &series->items[series->count++];
	*number = (struct number){ .value = value };
	snprintf(number->name, sizeof number->name, "%s", name);
}

static void
add_numbers(struct series *series, const char *fields)
{
	char name[NAME_SIZE], value[NAME_SIZE];

	while (fields_next(&fields, name, value, sizeof name))
		add_number(series, name, strtod(value, NULL));
}

static void
add_service(struct frame *frame, const char *name, const char *fields)
{
	frame->services = memory_resize(
	    frame->services, (frame->count + 1) * sizeof *frame->services);
	struct service *service = &frame->services[frame->count++];
	*service = (struct service){ .accepted = fields_number(fields, "accepted"),
		.done = fields_number(fields, "done"),
		.failed = fields_number(fields, "failed"),
		.in = fields_number(fields, "in"),
		.out = fields_number(fields, "out") };
	snprintf(service->name, sizeof service->name, "%s", name);
}

/* Keeps the times of the service that has accepted the most clients. Their line follows that of
 * its numbers. */
static void
add_times(struct frame *frame, const char *fields)
{
	for (size_t i = 0; i + 1 < frame->count; i++)
		if (frame->services[i].accepted >=
		    frame->services[frame->count - 1].accepted)
			return;
	snprintf(frame->times, sizeof frame->times, "%s", fields);
}

void
frame_add(struct frame *frame, const char *line)
{
	char subject[NAME_SIZE], name[NAME_SIZE] = "";
	const char *fields = strchr(line, ':');

	if (fields == NULL || sscanf(line, "%63[^ :] %63[^:]", subject, name) < 1)
		return;
	fields++;
	if (strcmp(subject, "server") == 0) {
		snprintf(frame->server, sizeof frame->server, "%s", fields);
		add_number(&frame->phases, "hello", fields_number(fields, "unrouted"));
	} else if (strcmp(subject, "service") == 0)
		add_service(frame, name, fields);
	else if (strcmp(subject, "phases") == 0)
		add_numbers(&frame->phases, fields);
	else if (strcmp(subject, "times") == 0)
		add_times(frame, fields);
	else if (strstr(subject, "-failures") != NULL)
		add_numbers(&frame->failures, fields);
}

/* The output, line by line, as far as the screen has rows. */
struct picture {
	FILE *out;
	struct frame_screen screen;
	size_t rows;
};

/* Prints `indent` spaces and the first `length` bytes of `text` as a line in `ink`. */
static void
put_text(struct picture *picture, const char *ink, int indent, const char *text,
    size_t length)
{
	bool inked = picture->screen.colours && ink[0] != '\0';

	if (picture->rows >= picture->screen.rows)
		return;
	fprintf(picture->out, "%s%*s%.*s%s\n", inked ? ink : "", indent, "",
	    (int)length, text, inked ? TERMINAL_PLAIN : "");
	picture->rows++;
}

/* Prints a line without the words that do not fit. */
static void __attribute__((format(printf, 3, 4)))
put_line(struct picture *picture, const char *ink, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	put_text(picture, ink, 0, line, wrap_length(line, picture->screen.columns));
}

/* Prints all of `text`, in as many lines as it needs. */
static void
put_wrapped(struct picture *picture, const char *text)
{
	size_t columns = picture->screen.columns;
	size_t length = wrap_length(text, columns);

	put_text(picture, "", 0, text, length);
	while (*(text = wrap_rest(text, length)) != '\0') {
		length = wrap_length(text, columns > HANG ? columns - HANG : 1);
		put_text(picture, "", HANG, text, length);
	}
}

/* Writes a number such as "12.3k", "0.9" or "7". */
static const char *
short_number(double value, char out[16])
{
	static const char units[] = " kMGT";
	size_t unit = 0;

	while (value >= 9999.5 && unit < sizeof units - 2) {
		value /= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(out, 16, "%.*f",
		    value < 10 && value != (double)(int)value ? 1 : 0, value);
	else
		snprintf(out, 16, "%.1f%c", value, units[unit]);
	return out;
}

static void
put_server(struct picture *picture, const struct frame *frame)
{
	char state[NAME_SIZE];
	long uptime = (long)fields_number(frame->server, "uptime");

	fields_text(frame->server, "state", state, sizeof state);
	put_line(picture,
	    strcmp(state, "running") == 0 ? TERMINAL_BOLD : TERMINAL_YELLOW,
	    "tlsd %s, up %ldd %02ld:%02ld:%02ld, %.0f of %.0f workers busy, queue %.0f",
	    state, uptime / 86400, uptime / 3600 % 24, uptime / 60 % 60, uptime % 60,
	    fields_number(frame->server, "busy"),
	    fields_number(frame->server, "workers"),
	    fields_number(frame->server, "queue"));
}

static struct service
find_service(const struct frame *frame, const char *name)
{
	for (size_t i = 0; frame != NULL && i < frame->count; i++)
		if (strcmp(frame->services[i].name, name) == 0)
			return frame->services[i];
	return (struct service){ 0 };
}

static void
put_service(struct picture *picture, const struct service *now,
    const struct frame *before, double seconds)
{
	struct service old = find_service(before, now->name);
	char accepted[16], done[16], failed[16], in[16], out[16];

	put_line(picture, now->failed > old.failed ? TERMINAL_YELLOW : "",
	    "%-25.25s %9s %9s %9s %9s %9s", now->name,
	    short_number((now->accepted - old.accepted) / seconds, accepted),
	    short_number((now->done - old.done) / seconds, done),
	    short_number((now->failed - old.failed) / seconds, failed),
	    short_number((now->in - old.in) / seconds, in),
	    short_number((now->out - old.out) / seconds, out));
}

static void
put_phases(struct picture *picture, const struct series *phases)
{
	char line[LINE_SIZE] = "phases   ";

	for (size_t i = 0; i < phases->count; i++) {
		size_t length = strlen(line);
		if (length < sizeof line)
			snprintf(line + length, sizeof line - length, " %s=%.0f",
			    phases->items[i].name, phases->items[i].value);
	}
	put_wrapped(picture, line);
}

static void
put_times(struct picture *picture, const char *fields)
{
	static const char *const names[] = { "queue", "handshake", "total" };
	char line[LINE_SIZE] = "p50/p99  ";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char half[NAME_SIZE], most[NAME_SIZE], name[NAME_SIZE];
		size_t length = strlen(line);
		snprintf(name, sizeof name, "%s-p50", names[i]);
		fields_text(fields, name, half, sizeof half);
		snprintf(name, sizeof name, "%s-p99", names[i]);
		fields_text(fields, name, most, sizeof most);
		if (length < sizeof line)
			snprintf(line + length, sizeof line - length, " %s=%s/%s%s",
			    names[i], half, most, i < 2 ? ";" : "");
	}
	put_wrapped(picture, line);
}

static int
compare_numbers(const void *a, const void *b)
{
	double left = ((const struct number *)a)->value;
	double right = ((const struct number *)b)->value;

	return (right > left) - (right < left);
}

static void
put_failures(struct picture *picture, const struct series *now,
    const struct frame *before, double seconds)
{
	struct number *sorted = memory_new((now->count + 1) * sizeof *sorted);

	if (now->count > 0)
		memcpy(sorted, now->items, now->count * sizeof *sorted);
	qsort(sorted, now->count, sizeof *sorted, compare_numbers);
	put_line(
	    picture, TERMINAL_BOLD, "%-25s %9s %9s", "failures", "per s", "in all");
	for (size_t i = 0; i < now->count && i < CLASSES_SHOWN; i++) {
		const struct number *old =
		    before != NULL ? find_number(&before->failures, sorted[i].name)
				   : NULL;
		double rate =
		    (sorted[i].value - (old != NULL ? old->value : 0)) / seconds;
		char rate_text[16], text[16];
		put_line(picture, rate > 0 ? TERMINAL_YELLOW : "", "%-25s %9s %9s",
		    sorted[i].name, short_number(rate, rate_text),
		    short_number(sorted[i].value, text));
	}
	free(sorted);
}

void
frame_print(const struct frame *now, const struct frame *before, double seconds,
    const struct table *slowest, struct frame_screen screen, FILE *out)
{
	struct picture picture = { .out = out, .screen = screen };

	if (before == NULL)
		seconds = fields_number(now->server, "uptime");
	if (seconds < 1e-3)
		seconds = 1;
	put_server(&picture, now);
	put_phases(&picture, &now->phases);
	put_times(&picture, now->times);
	put_line(&picture, "", "%s", "");
	put_line(&picture, TERMINAL_BOLD, "%-25s %9s %9s %9s %9s %9s", "per second",
	    "accepted", "done", "failed", "bytes in", "out");
	for (size_t i = 0; i < now->count && i < SERVICES_SHOWN; i++)
		put_service(&picture, &now->services[i], before, seconds);
	put_line(&picture, "", "%s", "");
	put_failures(&picture, &now->failures, before, seconds);
	put_line(&picture, "", "%s", "");
	if (picture.rows + 1 < screen.rows)
		table_print(slowest, screen.rows - picture.rows - 1, screen.columns,
		    screen.colours, out);
}
