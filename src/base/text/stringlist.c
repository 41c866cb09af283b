/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of strings. */
#include "base/text/stringlist.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

void
stringlist_init(struct stringlist *list)
{
	*list = (struct stringlist){ 0 };
}

void
stringlist_fini(struct stringlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	stringlist_init(list);
}

void
stringlist_add(struct stringlist *list, const char *text, size_t length)
{
	list->items =
	    memory_resize(list->items, (list->count + 1) * sizeof *list->items);
	list->items[list->count++] = memory_format("%.*s", (int)length, text);
}

void
stringlist_format(struct stringlist *list, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	stringlist_add(list, text, strlen(text));
	free(text);
}

static const char *
skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Returns a problem and its remedy, or NULL after adding the item. */
static const char *
take_quoted(struct stringlist *list, const char **text)
{
	char *item = memory_new(strlen(*text));
	const char *at = *text + 1, *wrong = NULL;
	size_t length = 0;

	while (*at != '"' && *at != '\0' && wrong == NULL) {
		if (*at == '\\' && *++at != '"' && *at != '\\')
			wrong = "a single backslash is between quotes: write \\\\";
		else
			item[length++] = *at++;
	}
	if (wrong == NULL && *at == '\0')
		wrong = "a quote is not closed: end the item with another \"";
	else if (wrong == NULL && length == 0)
		wrong = "an item is empty: remove its quotes";
	else if (wrong == NULL)
		stringlist_add(list, item, length);
	free(item);
	*text = at + (*at != '\0');
	return wrong;
}

/* Returns a problem and its remedy, or NULL after adding the item, if it is not empty. */
static const char *
take_bare(struct stringlist *list, const char **text)
{
	const char *start = *text, *end = start + strcspn(start, ",");

	*text = end;
	if (memchr(start, '"', (size_t)(end - start)) != NULL)
		return "a quote is within an item: put the whole item into quotes and "
		       "write \\\" for this one";
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	if (end > start)
		stringlist_add(list, start, (size_t)(end - start));
	return NULL;
}

const char *
stringlist_split(struct stringlist *list, const char *text)
{
	while (*(text = skip_blanks(text)) != '\0') {
		const char *wrong =
		    *text == '"' ? take_quoted(list, &text) : take_bare(list, &text);
		text = skip_blanks(text);
		if (wrong == NULL && *text != ',' && *text != '\0')
			wrong =
			    "text follows a closing quote: separate items by commas";
		if (wrong != NULL)
			return wrong;
		text += *text == ',';
	}
	return NULL;
}

/* True if stringlist_split() reads `item` as it is, and lookalike_find() finds nothing. */
static bool
is_plain(const char *item)
{
	for (const char *at = item; *at != '\0'; at++)
		if (*at < ' ' || *at > '~' || *at == ',' || *at == '"')
			return false;
	return item[0] != '\0' && item[0] != ' ' && item[strlen(item) - 1] != ' ';
}

static char *
quote_item(const char *item)
{
	char *quoted = memory_new(2 * strlen(item) + 3), *to = quoted;

	*to++ = '"';
	for (; *item != '\0'; *to++ = *item++)
		if (*item == '"' || *item == '\\')
			*to++ = '\\';
	*to = '"';
	return quoted;
}

char *
stringlist_join(const struct stringlist *list)
{
	char *text = memory_copy("");

	for (size_t i = 0; i < list->count; i++) {
		const char *item = list->items[i];
		char *written = is_plain(item) ? memory_copy(item) : quote_item(item);
		memory_append(&text, "%s%s", i > 0 ? ", " : "", written);
		free(written);
	}
	return text;
}

void
stringlist_copy(struct stringlist *to, const struct stringlist *from)
{
	for (size_t i = 0; i < from->count; i++)
		stringlist_add(to, from->items[i], strlen(from->items[i]));
}

bool
stringlist_has(const struct stringlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

bool
stringlist_remove(struct stringlist *list, const char *text)
{
	size_t place = 0;

	while (place < list->count && strcmp(list->items[place], text) != 0)
		place++;
	if (place == list->count)
		return false;
	free(list->items[place]);
	list->count--;
	memmove(list->items + place, list->items + place + 1,
	    (list->count - place) * sizeof *list->items);
	return true;
}

bool
stringlist_equal(const struct stringlist *a, const struct stringlist *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}
