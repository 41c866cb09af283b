/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of connections. */
#include "ctl/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ctl/fields.h"

enum { COLUMNS = 8, VALUE_SIZE = 136 };

/* The last one may be as long as it likes, and stands at the end for that. */
static const struct {
	const char *name;
	bool numeric;
	int width;
} columns[COLUMNS] = { { "id", true, 6 }, { "service", false, 10 },
	{ "phase", false, 9 }, { "since", true, 9 }, { "age", true, 9 },
	{ "in", true, 7 }, { "out", true, 7 }, { "peer", false, 1 } };

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
compare(const void *a, const void *b, void *column)
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
			qsort_r(table->rows, table->count, sizeof *table->rows, compare,
			    &i);
		return true;
	}
	return false;
}

/* Appends a cell, of which a numeric one is ruled off to the right. */
static void
put(char *line, size_t room, int column, const char *text)
{
	size_t length = strlen(line);
	int width = columns[column].width;

	if (length >= room)
		return;
	if (columns[column].numeric)
		snprintf(line + length, room - length, "%*s ", width, text);
	else
		snprintf(line + length, room - length, "%-*s ", width, text);
}

static void
print_line(char *line, size_t width, FILE *out)
{
	size_t length = strlen(line);

	if (length > width)
		length = width;
	while (length > 0 && line[length - 1] == ' ')
		length--;
	fprintf(out, "%.*s\n", (int)length, line);
}

void
table_print(const struct table *table, size_t max, size_t width, FILE *out)
{
	char line[COLUMNS * VALUE_SIZE] = "";

	for (int i = 0; i < COLUMNS; i++)
		put(line, sizeof line, i, columns[i].name);
	print_line(line, width, out);
	for (size_t i = 0; i < table->count && i < max; i++) {
		line[0] = '\0';
		for (int j = 0; j < COLUMNS; j++)
			put(line, sizeof line, j, table->rows[i].values[j]);
		print_line(line, width, out);
	}
}
