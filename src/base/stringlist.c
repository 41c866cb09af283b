/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of strings. */
#include "base/stringlist.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

void
stringlist_split(struct stringlist *list, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, ",");
		const char *start = text, *end = text + length;

		while (start < end && isspace((unsigned char)*start))
			start++;
		while (end > start && isspace((unsigned char)end[-1]))
			end--;
		if (end > start)
			stringlist_add(list, start, (size_t)(end - start));
		text += length + (text[length] == ',');
	}
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
