/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of all connections. */
#include "server/connection/connectiontable.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory/memory.h"

TAILQ_HEAD(entry_list, connectiontable_entry);

struct connectiontable {
	struct entry_list entries; /* in the order of their ids */
	uint64_t last_id;
};

struct connectiontable *
connectiontable_new(void)
{
	struct connectiontable *table = memory_new(sizeof *table);

	TAILQ_INIT(&table->entries);
	return table;
}

void
connectiontable_free(struct connectiontable *table)
{
	if (table == NULL)
		return;
	assert(TAILQ_EMPTY(&table->entries));
	free(table);
}

void
connectiontable_add(struct connectiontable *table, struct connectiontable_entry *entry,
    struct connection *connection)
{
	entry->connection = connection;
	entry->id = ++table->last_id;
	TAILQ_INSERT_TAIL(&table->entries, entry, link);
}

void
connectiontable_remove(
    struct connectiontable *table, struct connectiontable_entry *entry)
{
	TAILQ_REMOVE(&table->entries, entry, link);
}

struct connectiontable_entry *
connectiontable_first(const struct connectiontable *table)
{
	return TAILQ_FIRST(&table->entries);
}

struct connectiontable_entry *
connectiontable_next(const struct connectiontable_entry *entry)
{
	return TAILQ_NEXT(entry, link);
}

struct connection *
connectiontable_find(const struct connectiontable *table, uint64_t id)
{
	struct connectiontable_entry *entry = connectiontable_first(table);

	while (entry != NULL && entry->id != id)
		entry = connectiontable_next(entry);
	return entry != NULL ? entry->connection : NULL;
}
