/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of options for getopt_long(3). */
#include "base/text/optiontable.h"

#include <stdbool.h>
#include <string.h>

enum { LONG_OPTION = 256 }; /* the code of the first one, which is not a letter */

static bool
has_name(const struct optiontable *table, const char *name)
{
	size_t i = 0;

	while (i < table->count && strcmp(table->rows[i]->name, name) != 0)
		i++;
	return i < table->count;
}

void
optiontable_init(struct optiontable *table, const struct optionrow *rows, size_t count,
    unsigned commands, const char *prefix)
{
	char *shorts = stpcpy(table->shorts, prefix);

	table->count = 0;
	for (const struct optionrow *row = rows; row < rows + count; row++) {
		if ((row->commands & commands) == 0 || has_name(table, row->name))
			continue;
		table->longs[table->count] = (struct option){ .name = row->name,
			.has_arg = row->argument != NULL,
			.val = LONG_OPTION + (int)table->count };
		table->rows[table->count++] = row;
		if (row->letter == '\0')
			continue;
		*shorts++ = row->letter;
		shorts = stpcpy(shorts, row->argument != NULL ? ":" : "");
	}
	table->longs[table->count] = (struct option){ 0 };
	optind = 0; /* glibc: starts anew after an earlier parse */
}

int
optiontable_next(
    const struct optiontable *table, int argc, char **argv, void *values, void *context)
{
	int code = getopt_long(argc, argv, table->shorts, table->longs, NULL);
	int i = code >= LONG_OPTION ? code - LONG_OPTION : 0;

	if (code == -1 || code == '?' || code == ':')
		return code;
	while (code < LONG_OPTION && table->rows[i]->letter != code)
		i++;
	const struct optionrow *row = table->rows[i];
	row->set(&(struct optionvalue){
	    row, (char *)values + row->offset, optarg, context });
	return 0;
}

void
optiontable_set_flag(const struct optionvalue *value)
{
	*(bool *)value->member = true;
}

void
optiontable_set_text(const struct optionvalue *value)
{
	*(const char **)value->member = value->text;
}
