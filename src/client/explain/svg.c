/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handshake as an image: a white card, two lifelines, an arrow for each message. */
#include "client/explain/svg.h"

#include <inttypes.h>
#include <string.h>

#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "client/explain/diagram.h"
#include "client/connection/trace.h"

/* All lengths are pixels. */
#define WIDTH 860
#define LEFT 130 /* the client's lifeline */
#define RIGHT 690 /* the server's */
#define SIDE 716 /* of the round trips */
#define TOP 120 /* the first arrow */
#define STEP 30 /* from arrow to arrow */
#define GAP 18 /* between flights */
#define LINE 20 /* of text */

#define TITLE_MAX 78 /* characters that fit */

static const char style[] =
    "text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: #222; }\n"
    ".title { font-size: 18px; font-weight: bold; }\n"
    ".actor { font-weight: bold; fill: #fff; }\n"
    ".dim { fill: #777; font-size: 11px; }\n"
    ".fact { font-family: 'DejaVu Sans Mono', monospace; font-size: 12px;\n"
    "  white-space: pre; }\n"
    ".clear { stroke: #c26a00; fill: #c26a00; }\n"
    ".secret { stroke: #14713d; fill: #14713d; }\n"
    ".tcp { stroke: #888; fill: #888; }\n"
    "text.clear, text.secret, text.tcp { stroke: none; }\n"
    ".trip { fill: #3465a4; }\n"
    ".flight { fill: #f4f6f9; }\n"
    "line, path { stroke-width: 1.6; }\n";

/* Escapes the characters that XML reserves. */
static void
put_text(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void
put_label(
    int x, int y, const char *class, const char *anchor, const char *text, FILE *out)
{
	fprintf(out,
	    "<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\" "
	    "xml:space=\"preserve\">",
	    x, y, class, anchor);
	put_text(text, out);
	fputs("</text>\n", out);
}

static int
height_of_events(const struct trace *trace)
{
	int height = 0;

	for (size_t i = 0; i < trace->count; i++)
		height += STEP + (trace_begins_flight(trace, i) ? GAP : 0);
	return height;
}

static const char *
class_of(const struct trace_event *event)
{
	if (event->kind == TRACE_CONNECT || event->kind == TRACE_END)
		return "tcp";
	return event->encrypted ? "secret" : "clear";
}

static void
put_arrow(const struct trace_event *event, int y, FILE *out)
{
	bool outwards = event->direction == TRACE_OUT;
	int from = outwards ? LEFT : RIGHT;
	int to = outwards ? RIGHT : LEFT;
	int back = outwards ? -9 : 9;

	fprintf(out, "<g class=\"%s\"><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
	    class_of(event), from, y, to + back, y);
	fprintf(
	    out, "<path d=\"M%d %dl%d -4.5v9z\" stroke=\"none\"/></g>\n", to, y, back);
}

static void
put_name(const struct trace_event *event, int y, FILE *out)
{
	char name[TRACE_NAME_SIZE], size[64] = "";

	trace_name(event, name);
	put_label(LEFT + 18, y - 6, class_of(event), "start", name, out);
	if (event->wire > 0)
		snprintf(size, sizeof size, "%zu byte%s", event->wire,
		    text_plural(event->wire));
	else if (event->kind != TRACE_CONNECT && event->kind != TRACE_END)
		snprintf(size, sizeof size, "same record");
	put_label(RIGHT - 18, y - 6, "dim", "end", size, out);
}

static void
put_time(const struct trace_event *event, int y, FILE *out)
{
	char text[32];

	snprintf(text, sizeof text, "%.2f ms", (double)event->at_ns / 1e6);
	put_label(LEFT - 14, y + 4, "dim", "end", text, out);
}

/* Draws the bracket of round trip `number` at the side. */
static void
put_trip(int from, int to, unsigned number, FILE *out)
{
	char text[32];

	fprintf(out, "<path d=\"M%d %dh8v%dh-8\" fill=\"none\" stroke=\"#3465a4\"/>\n",
	    SIDE - 8, from, to - from);
	snprintf(text, sizeof text, "round trip %u", number);
	put_label(SIDE + 10, (from + to) / 2 + 4, "trip", "start", text, out);
}

/* Draws the background of the flight that begins with event `i`. */
static void
put_flight(const struct trace *trace, size_t i, int y, FILE *out)
{
	int height = STEP;

	for (i++; i < trace->count && !trace_begins_flight(trace, i); i++)
		height += STEP;
	fprintf(out,
	    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"flight\"/>\n",
	    LEFT + 1, y - 22, RIGHT - LEFT - 2, height);
}

/* Draws the arrows, from TOP down. A round trip ends with the first event of an answer. */
static void
put_events(const struct trace *trace, FILE *out)
{
	int y = TOP, flight = TOP;

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_event *event = &trace->events[i];
		bool begins = trace_begins_flight(trace, i);

		if (begins)
			put_flight(trace, i, y += GAP, out);
		if (begins && i > 0 && event->direction == TRACE_IN)
			put_trip(flight, y, trace_round_trips(trace, i), out);
		if (begins)
			flight = y;
		put_arrow(event, y, out);
		put_name(event, y, out);
		if (begins || event->at_ns != event[-1].at_ns)
			put_time(event, y, out);
		y += STEP;
	}
}

static void
put_actor(int x, const char *name, int bottom, FILE *out)
{
	fprintf(out,
	    "<line x1=\"%d\" y1=\"90\" x2=\"%d\" y2=\"%d\" stroke=\"#bbb\"/>\n", x, x,
	    bottom);
	fprintf(out,
	    "<rect x=\"%d\" y=\"64\" width=\"110\" height=\"28\" rx=\"5\" "
	    "fill=\"#3465a4\"/>\n",
	    x - 55);
	put_label(x, 83, "actor", "middle", name, out);
}

static void
put_key(int x, int y, const char *class, const char *meaning, FILE *out)
{
	fprintf(out,
	    "<g class=\"%s\"><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" "
	    "stroke-width=\"3\"/></g>\n",
	    class, x, y - 4, x + 26, y - 4);
	put_label(x + 34, y, "dim", "start", meaning, out);
}

/* Condenses a title that is wider than the image. */
static void
put_title(const char *title, FILE *out)
{
	fprintf(out,
	    "<text x=\"%d\" y=\"36\" class=\"title\" text-anchor=\"middle\"%s>",
	    WIDTH / 2,
	    strlen(title) > TITLE_MAX ? " textLength=\"800\" "
					"lengthAdjust=\"spacingAndGlyphs\""
				      : "");
	put_text(title, out);
	fputs("</text>\n", out);
}

static int
put_lines(const struct stringlist *lines, int y, const char *class, FILE *out)
{
	for (size_t i = 0; i < lines->count; i++, y += LINE)
		put_label(40, y, class, "start", lines->items[i], out);
	return y;
}

void
svg_print(const struct diagram *diagram, FILE *out)
{
	int bottom = TOP + height_of_events(diagram->trace);
	int lines = (int)(diagram->facts.count + diagram->story.count);
	int height = bottom + 70 + lines * LINE + 20;

	fprintf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\">\n<style>\n%s</style>\n"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	    WIDTH, height, WIDTH, height, style);
	put_title(diagram->title, out);
	put_actor(LEFT, "client", bottom, out);
	put_actor(RIGHT, "server", bottom, out);
	put_events(diagram->trace, out);
	put_key(LEFT, bottom + 26, "clear", "in the clear", out);
	put_key(LEFT + 150, bottom + 26, "secret", "encrypted", out);
	put_key(LEFT + 300, bottom + 26, "tcp", "TCP", out);
	int y = put_lines(&diagram->facts, bottom + 62, "fact", out);
	put_lines(&diagram->story, y + 8, "story", out);
	fputs("</svg>\n", out);
}
