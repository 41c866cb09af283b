/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services by the names of their hosts. */
#include "server/snapshot/nametable.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "server/conf/conf.h"
#include "server/snapshot/service.h"

static char *
in_lower_case(const char *name)
{
	char *copy = memory_copy(name);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int result = strcmp(left->name, right->name);

	if (result != 0)
		return result;
	return left->order < right->order ? -1 : left->order > right->order;
}

static size_t
count_names(const struct service *const *services, size_t count)
{
	size_t names = 0;

	for (size_t i = 0; i < count; i++)
		names += services[i]->conf->server_name.count;
	return names;
}

/* Removes repeated names of one service. */
static void
drop_repetitions(struct nametable *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct entry *entry = &table->entries[i];
		const struct entry *last = kept > 0 ? &table->entries[kept - 1] : NULL;
		if (last != NULL && last->service == entry->service &&
		    strcmp(last->name, entry->name) == 0)
			free(entry->name);
		else
			table->entries[kept++] = *entry;
	}
	table->count = kept;
}

void
nametable_init(
    struct nametable *table, const struct service *const *services, size_t count)
{
	table->entries =
	    memory_new((count_names(services, count) + 1) * sizeof *table->entries);
	table->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct stringlist *names = &services[i]->conf->server_name;
		for (size_t j = 0; j < names->count; j++)
			table->entries[table->count++] =
			    (struct entry){ .name = in_lower_case(names->items[j]),
				    .service = services[i],
				    .order = i };
	}
	qsort(table->entries, table->count, sizeof *table->entries, compare_entries);
	drop_repetitions(table);
}

void
nametable_fini(struct nametable *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->entries[i].name);
	free(table->entries);
	*table = (struct nametable){ 0 };
}

struct group
nametable_group(const struct nametable *table, size_t index)
{
	struct group group = { .entries = &table->entries[index], .count = 1 };

	while (index + group.count < table->count &&
	       strcmp(group.entries[0].name, group.entries[group.count].name) == 0)
		group.count++;
	return group;
}

struct group
nametable_find(const struct nametable *table, const char *name)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(table->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == table->count || strcmp(table->entries[low].name, name) != 0)
		return (struct group){ 0 };
	return nametable_group(table, low);
}
