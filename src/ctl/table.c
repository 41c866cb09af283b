/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of connections. */
#include "ctl/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/text/terminal.h"
#include "ctl/fields.h"

enum { COLUMNS = 9, SERVICE = 1, CLIENT = 7, PEER = 8, VALUE_SIZE = 136 };
enum { SERVICE_LEAST = 10, CLIENT_LEAST = 6, PEER_LEAST = 16, ELLIPSIS = 3 };
enum { HIDDEN = -1 }; /* the width of a column without the blank after it */

/* The last column takes the remaining room. The column of clients is hidden if no client has a
 * name. */
static const struct {
	const char *name;
	bool numeric;
	int width; /* if there is room */
} columns[COLUMNS] = { { "id", true, 6 }, { "service", false, 10 },
	{ "phase", false, 9 }, { "since", true, 9 }, { "age", true, 9 },
	{ "in", true, 7 }, { "out", true, 7 }, { "client", false, 1 },
	{ "peer", false, 1 } };

struct row {
	char values[COLUMNS][VALUE_SIZE];
};

struct table {
	struct row *rows;
	size_t count, room;
};

struct table *
table_new(void)
{
	return memory_new(sizeof(struct table));
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	free(table->rows);
	free(table);
}

void
table_add(struct table *table, const char *line)
{
	if (table->count == table->room) {
		table->room = table->room > 0 ? 2 * table->room : 64;
		table->rows =
		    memory_resize(table->rows, table->room * sizeof *table->rows);
	}
	struct row *row = &table->rows[table->count++];
	for (int i = 0; i < COLUMNS; i++)
		fields_text(line, columns[i].name, row->values[i], VALUE_SIZE);
}

static int
compare_rows(const void *a, const void *b, void *column)
{
	int i = *(const int *)column;
	const char *left = ((const struct row *)a)->values[i];
	const char *right = ((const struct row *)b)->values[i];

	if (!columns[i].numeric)
		return strcmp(left, right);
	double difference = strtod(right, NULL) - strtod(left, NULL);
	int order = (difference > 0) - (difference < 0);
	return i == 0 ? -order : order;
}

bool
table_sort(struct table *table, const char *name)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (strcmp(columns[i].name, name) != 0)
			continue;
		if (table->count > 0)
			qsort_r(table->rows, table->count, sizeof *table->rows,
			    compare_rows, &i);
		return true;
	}
	return false;
}

/* The width of each column. Services and peers that are wider are cut in the middle. */
struct layout {
	int widths[COLUMNS];
};

/* True if one of the first `max` rows has the name of a client. An older server sends none. */
static bool
has_clients(const struct table *table, size_t max)
{
	for (size_t i = 0; i < table->count && i < max; i++) {
		const char *client = table->rows[i].values[CLIENT];
		if (client[0] != '\0' && strcmp(client, "-") != 0)
			return true;
	}
	return false;
}

/* Makes each column as wide as its contents in the first `max` rows. */
static void
fit_contents(const struct table *table, size_t max, struct layout *layout)
{
	for (int j = 0; j < COLUMNS; j++) {
		layout->widths[j] = (int)strlen(columns[j].name);
		for (size_t i = 0; i < table->count && i < max; i++) {
			int length = (int)strlen(table->rows[i].values[j]);
			if (length > layout->widths[j])
				layout->widths[j] = length;
		}
	}
	if (!has_clients(table, max))
		layout->widths[CLIENT] = HIDDEN;
}

/* Returns the width of a line. */
static size_t
width_of(const struct layout *layout)
{
	size_t sum = COLUMNS - 1;

	for (int i = 0; i < COLUMNS; i++)
		sum += (size_t)layout->widths[i];
	return sum;
}

static void
widen_columns(struct layout *layout)
{
	for (int i = 0; i < COLUMNS; i++)
		if (layout->widths[i] != HIDDEN && layout->widths[i] < columns[i].width)
			layout->widths[i] = columns[i].width;
}

/* Narrows column `i` by the excess of a line over `width`, but not below `least`. */
static void
narrow_column(struct layout *layout, int i, int least, size_t width)
{
	size_t sum = width_of(layout);

	if (sum <= width || layout->widths[i] <= least)
		return;
	int wanted = layout->widths[i] - (int)(sum - width);
	layout->widths[i] = wanted > least ? wanted : least;
}

static struct layout
lay_out(const struct table *table, size_t max, size_t width)
{
	struct layout close, wide;

	fit_contents(table, max, &close);
	wide = close;
	widen_columns(&wide);
	if (width_of(&wide) <= width)
		return wide;
	narrow_column(&close, SERVICE, SERVICE_LEAST, width);
	narrow_column(&close, CLIENT, CLIENT_LEAST, width);
	narrow_column(&close, PEER, PEER_LEAST, width);
	narrow_column(&close, SERVICE, ELLIPSIS + 1, width);
	return close;
}

/* Writes `text` to `out`, without its middle if it is wider than `width`: its end may be a
 * port. */
static void
shorten_text(char out[VALUE_SIZE], const char *text, int width)
{
	int length = (int)strlen(text), tail = (width - ELLIPSIS) / 2;

	if (length <= width)
		snprintf(out, VALUE_SIZE, "%s", text);
	else
		snprintf(out, VALUE_SIZE, "%.*s...%s", width - ELLIPSIS - tail, text,
		    text + length - tail);
}

/* Appends a cell. Numbers are aligned to the right. */
static void
put_cell(
    char *line, size_t room, const struct layout *layout, int column, const char *text)
{
	char cell[VALUE_SIZE];
	size_t length = strlen(line);
	int width = layout->widths[column];

	if (width == HIDDEN)
		return;
	shorten_text(cell, text, width);
	if (columns[column].numeric)
		snprintf(line + length, room - length, "%*s ", width, cell);
	else
		snprintf(line + length, room - length, "%-*s ", width, cell);
}

static void
print_line(char *line, size_t width, const char *ink, FILE *out)
{
	size_t length = strlen(line);

	if (length > width)
		length = width;
	while (length > 0 && line[length - 1] == ' ')
		length--;
	fprintf(out, "%s%.*s%s\n", ink, (int)length, line,
	    ink[0] != '\0' ? TERMINAL_PLAIN : "");
}

void
table_print(
    const struct table *table, size_t max, size_t width, bool colours, FILE *out)
{
	char line[COLUMNS * (VALUE_SIZE + 1)] = "";
	struct layout layout = lay_out(table, max, width);

	for (int i = 0; i < COLUMNS; i++)
		put_cell(line, sizeof line, &layout, i, columns[i].name);
	print_line(line, width, colours ? TERMINAL_BOLD : "", out);
	for (size_t i = 0; i < table->count && i < max; i++) {
		line[0] = '\0';
		for (int j = 0; j < COLUMNS; j++)
			put_cell(
			    line, sizeof line, &layout, j, table->rows[i].values[j]);
		print_line(line, width, "", out);
	}
}
