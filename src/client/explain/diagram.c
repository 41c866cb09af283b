/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handshake drawn with characters. */
#include "client/explain/diagram.h"

#include <inttypes.h>
#include <string.h>

#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "client/connection/trace.h"

#define WIDTH 80
#define ARROW_WIDTH 56 /* columns between the lifelines */
#define LABEL_SIZE 96

/* The characters of the diagram, one column each. */
struct strokes {
	const char *line, *clear, *encrypted;
	const char *to_server, *to_client;
	const char *begin, *during, *end; /* of a round trip */
};

static const struct strokes unicode = { "│", "─", "═", "▶", "◀", "╮", "│", "╯" };
static const struct strokes plain = { "|", "-", "=", ">", "<", ".", "|", "'" };

/* The colour sequences, which take no columns. */
struct inks {
	const char *dim, *clear, *encrypted, *trip;
	const char *off;
};

static const struct inks coloured = { TERMINAL_DIM, TERMINAL_YELLOW, TERMINAL_GREEN,
	TERMINAL_CYAN, TERMINAL_PLAIN };
static const struct inks black = { "", "", "", "", "" };

struct pens {
	const struct strokes *strokes;
	const struct inks *inks;
};

static void
print_repeated(const char *text, int times, FILE *out)
{
	while (times-- > 0)
		fputs(text, out);
}

static const char *
ink_of(const struct trace_event *event, const struct inks *inks)
{
	if (event->kind == TRACE_CONNECT || event->kind == TRACE_END)
		return inks->dim;
	return event->encrypted ? inks->encrypted : inks->clear;
}

/* ── ClientHello ──────── 286 ──▶, in ARROW_WIDTH columns. */
static void
print_arrow(const struct trace_event *event, const struct pens *pens, FILE *out)
{
	const struct strokes *strokes = pens->strokes;
	const char *stroke = event->encrypted ? strokes->encrypted : strokes->clear;
	char name[TRACE_NAME_SIZE], size[LABEL_SIZE] = "";
	bool outwards = event->direction == TRACE_OUT;

	trace_name(event, name);
	if (event->wire > 0)
		snprintf(size, sizeof size, " %zu ", event->wire);
	else if (event->kind != TRACE_CONNECT && event->kind != TRACE_END)
		snprintf(size, sizeof size, " same record ");
	int times = ARROW_WIDTH - 5 - 2 - (int)strlen(name) - (int)strlen(size);
	fprintf(out, "%s%s%s %s ", ink_of(event, pens->inks),
	    outwards ? stroke : strokes->to_client, stroke, name);
	print_repeated(stroke, times, out);
	fprintf(out, "%s", size);
	print_repeated(stroke, 2, out);
	fprintf(out, "%s%s", outwards ? strokes->to_server : stroke, pens->inks->off);
}

/* Returns the first event of the flight of event `i`. */
static size_t
flight_of(const struct trace *trace, size_t i)
{
	while (!trace_begins_flight(trace, i))
		i--;
	return i;
}

/* True in a flight of the client that the server answers. */
static bool
is_answered(const struct trace *trace, size_t i)
{
	enum trace_direction direction = trace->events[i].direction;

	while (i < trace->count && trace->events[i].direction == direction)
		i++;
	return direction == TRACE_OUT && i < trace->count;
}

static void
print_bracket(const char *stroke, const struct inks *inks, FILE *out)
{
	fprintf(out, " %s%s%s", inks->trip, stroke, inks->off);
}

/* Prints the round trip at the side, from the first event of a flight to the first of the
 * answer. */
static void
print_side(const struct trace *trace, size_t i, const struct pens *pens, FILE *out)
{
	const struct strokes *strokes = pens->strokes;

	if (is_answered(trace, i))
		print_bracket(
		    i == flight_of(trace, i) ? strokes->begin : strokes->during,
		    pens->inks, out);
	else if (trace->events[i].direction == TRACE_IN && i > 0 &&
		 trace_begins_flight(trace, i))
		fprintf(out, " %s%s trip %u%s", pens->inks->trip, strokes->end,
		    trace_round_trips(trace, i), pens->inks->off);
}

static void
print_time(int64_t at_ns, FILE *out)
{
	double ms = (double)at_ns / 1e6;

	fprintf(out, "%8.*f  ", ms < 1000 ? 2 : 0, ms);
}

/* Prints the empty row between two flights. */
static void
print_gap(const struct trace *trace, size_t next, const struct pens *pens, FILE *out)
{
	const struct strokes *strokes = pens->strokes;

	fprintf(out, "%10s%s%*s%s", "", strokes->line, ARROW_WIDTH, "", strokes->line);
	if (next > 0 && trace->events[next].direction == TRACE_IN)
		print_bracket(strokes->during, pens->inks, out);
	fputc('\n', out);
}

static void
print_event(const struct trace *trace, size_t i, const struct pens *pens, FILE *out)
{
	const struct trace_event *event = &trace->events[i];

	if (trace_begins_flight(trace, i))
		print_gap(trace, i, pens, out);
	if (trace_begins_flight(trace, i) || event->at_ns != event[-1].at_ns)
		print_time(event->at_ns, out);
	else
		fprintf(out, "%10s", "");
	fputs(pens->strokes->line, out);
	print_arrow(event, pens, out);
	fputs(pens->strokes->line, out);
	print_side(trace, i, pens, out);
	fputc('\n', out);
}

static void
print_lines(const struct stringlist *lines, FILE *out)
{
	if (lines->count > 0)
		fputc('\n', out);
	for (size_t i = 0; i < lines->count; i++)
		fprintf(out, "  %s\n", lines->items[i]);
}

static void
print_key(const struct pens *pens, FILE *out)
{
	const struct strokes *strokes = pens->strokes;
	const struct inks *inks = pens->inks;

	fprintf(out,
	    "%10s%s%s%s%s in the clear, %s%s%s%s encrypted, bytes on the wire\n", "",
	    inks->clear, strokes->clear, strokes->clear, inks->off, inks->encrypted,
	    strokes->encrypted, strokes->encrypted, inks->off);
}

void
diagram_print(
    const struct diagram *diagram, const struct diagram_style *style, FILE *out)
{
	const struct pens pens = { .strokes = style->ascii ? &plain : &unicode,
		.inks = style->colours ? &coloured : &black };

	wrap_print(out, diagram->title, WIDTH, 2);
	fprintf(out, "\n%8s %-*s%s\n", "ms", ARROW_WIDTH - 2, "client", "server");
	for (size_t i = 0; i < diagram->trace->count; i++)
		print_event(diagram->trace, i, &pens, out);
	print_gap(diagram->trace, 0, &pens, out);
	print_key(&pens, out);
	print_lines(&diagram->facts, out);
	print_lines(&diagram->story, out);
}
