/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An index of numbers by host name. */
#include "tls/keys/nameindex.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory/memory.h"

struct nameindex {
	struct nameindex_entry *entries;
	size_t count, room;
};

struct nameindex *
nameindex_new(void)
{
	return memory_new(sizeof(struct nameindex));
}

void
nameindex_free(struct nameindex *index)
{
	if (index == NULL)
		return;
	free(index->entries);
	free(index);
}

void
nameindex_add(struct nameindex *index, const char *name, size_t number)
{
	if (index->count == index->room) {
		index->room = index->room * 2 + 4;
		index->entries =
		    memory_resize(index->entries, index->room * sizeof *index->entries);
	}
	index->entries[index->count++] =
	    (struct nameindex_entry){ .name = name, .number = number };
}

static int
compare_by_name(const void *a, const void *b)
{
	const struct nameindex_entry *left = a, *right = b;
	int result = strcasecmp(left->name, right->name);

	if (result != 0)
		return result;
	return left->number < right->number ? -1 : left->number > right->number;
}

void
nameindex_sort(struct nameindex *index)
{
	size_t kept = 0;

	if (index->count > 0)
		qsort(index->entries, index->count, sizeof *index->entries,
		    compare_by_name);
	for (size_t i = 0; i < index->count; i++)
		if (kept == 0 ||
		    compare_by_name(&index->entries[kept - 1], &index->entries[i]) != 0)
			index->entries[kept++] = index->entries[i];
	index->count = kept;
}

size_t
nameindex_group(
    const struct nameindex *index, size_t first, const struct nameindex_entry **entries)
{
	size_t end = first;

	while (end < index->count &&
	       strcasecmp(index->entries[first].name, index->entries[end].name) == 0)
		end++;
	if (end > first)
		*entries = &index->entries[first];
	return end - first;
}

size_t
nameindex_find(const struct nameindex *index, const char *name,
    const struct nameindex_entry **entries)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcasecmp(index->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < index->count && strcasecmp(index->entries[low].name, name) == 0
	           ? nameindex_group(index, low, entries)
	           : 0;
}
