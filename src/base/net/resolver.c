/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of names, and the threads that look them up. */
#include "base/net/resolver.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/thread/sync.h"

#define MAX_THREADS 16
#define FIRST_RETRY_MS 1000
#define MS_PER_S 1000

struct resolver_name {
	struct resolver_name *next; /* of the same entry */
	struct entry *entry;
	int64_t every_ms;
	bool is_awaited; /* until the first answer, or the end of resolver_await() */
};

/* A name. */
struct entry {
	struct entry *next;
	char *text;
	struct resolver_name *users;
	struct address addresses[ADDRESS_MAX];
	int count;
	char reason[ADDRESS_TEXT_SIZE]; /* why the last lookup failed, or "" */
	struct deadline due; /* the next lookup */
	int64_t retry_ms; /* the pause after the next failure */
	bool is_busy; /* a thread looks it up */
	bool is_told; /* the failure was reported */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Protected by the mutex. */
static struct {
	struct entry *entries;
	pthread_cond_t answered;
	struct deadline next; /* of resolver_turn(); at 0 after each change */
	unsigned threads;
	unsigned starting; /* those of them that have not chosen a name yet */
	bool is_stopped;
	void (*wake)(void *context);
	void *context;
} table;

static const struct deadline at_once = { .at_ns = 0 };

static void
init_table(void)
{
	sync_condition_init(&table.answered);
}

static struct entry *
find_entry(const char *text)
{
	struct entry *entry = table.entries;

	while (entry != NULL && strcmp(entry->text, text) != 0)
		entry = entry->next;
	return entry;
}

static struct entry *
add_entry(const char *text)
{
	struct entry *entry = memory_new(sizeof *entry);

	entry->text = memory_copy(text);
	entry->next = table.entries;
	table.entries = entry;
	return entry;
}

static void
remove_entry(struct entry *entry)
{
	struct entry **at = &table.entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	free(entry->text);
	free(entry);
}

struct resolver_name *
resolver_take(const char *text, int64_t every_ms)
{
	struct resolver_name *name = memory_new(sizeof *name);

	pthread_once(&once, init_table);
	name->every_ms = every_ms;
	name->is_awaited = true;
	sync_lock(&mutex);
	struct entry *entry = find_entry(text);
	if (entry == NULL)
		entry = add_entry(text);
	entry->due = at_once;
	entry->retry_ms = FIRST_RETRY_MS;
	name->entry = entry;
	name->next = entry->users;
	entry->users = name;
	table.next = at_once;
	sync_unlock(&mutex);
	return name;
}

void
resolver_drop(struct resolver_name *name)
{
	struct entry *entry = name->entry;
	struct resolver_name **at = &entry->users;

	sync_lock(&mutex);
	while (*at != name)
		at = &(*at)->next;
	*at = name->next;
	if (entry->users == NULL && !entry->is_busy)
		remove_entry(entry);
	sync_unlock(&mutex);
	free(name);
}

int
resolver_addresses(const struct resolver_name *name,
    struct address addresses[ADDRESS_MAX], char *reason)
{
	const struct entry *entry = name->entry;

	sync_lock(&mutex);
	int count = entry->count;
	memcpy(addresses, entry->addresses, (size_t)count * sizeof *addresses);
	memcpy(reason, entry->reason, ADDRESS_TEXT_SIZE);
	sync_unlock(&mutex);
	return count;
}

static bool
is_awaited(const struct entry *entry)
{
	for (const struct resolver_name *name = entry->users; name != NULL;
	     name = name->next)
		if (name->is_awaited)
			return true;
	return false;
}

static void
end_waiting(struct entry *entry)
{
	for (struct resolver_name *name = entry->users; name != NULL; name = name->next)
		name->is_awaited = false;
}

static int64_t
shortest_ms(const struct entry *entry)
{
	int64_t shortest = INT64_MAX;

	for (const struct resolver_name *name = entry->users; name != NULL;
	     name = name->next)
		if (name->every_ms < shortest)
			shortest = name->every_ms;
	return shortest;
}

static bool
has_address(const struct entry *entry, const struct address *address)
{
	for (int i = 0; i < entry->count; i++)
		if (address_equal(&entry->addresses[i], address))
			return true;
	return false;
}

/* True if these are the addresses of the entry; a DNS server may change their order. */
static bool
has_all(const struct entry *entry, const struct address *addresses, int count)
{
	for (int i = 0; i < count; i++)
		if (!has_address(entry, &addresses[i]))
			return false;
	return count == entry->count;
}

static void
log_addresses(const struct entry *entry)
{
	char list[ADDRESS_MAX * ADDRESS_TEXT_SIZE] = "", text[ADDRESS_TEXT_SIZE];
	size_t size = 0;

	for (int i = 0; i < entry->count; i++)
		size += (size_t)snprintf(list + size, sizeof list - size, "%s%s",
		    i > 0 ? ", " : "", address_format(&entry->addresses[i], text));
	log_notice("%s: now resolves to %s", entry->text, list);
}

/* Records that a lookup has found `count` addresses. */
static void
record_success(struct entry *entry, const struct address *addresses, int count)
{
	bool is_first = entry->count == 0 && !entry->is_told;
	bool is_same = has_all(entry, addresses, count);

	memcpy(entry->addresses, addresses, (size_t)count * sizeof *addresses);
	entry->count = count;
	entry->reason[0] = '\0';
	if (!is_first && !is_same)
		log_addresses(entry);
	else if (entry->is_told)
		log_notice("%s: resolves again", entry->text);
	entry->is_told = false;
	entry->retry_ms = FIRST_RETRY_MS;
	entry->due = deadline_in(shortest_ms(entry));
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Records that a lookup has failed because of `reason`. */
static void
record_failure(struct entry *entry, const char *reason)
{
	memcpy(entry->reason, reason, ADDRESS_TEXT_SIZE);
	if (!entry->is_told && !is_awaited(entry))
		log_warning("%s: does not resolve (%s), %s: check the name and the DNS "
			    "server",
		    entry->text, reason,
		    entry->count > 0 ? "so its last addresses stay in use"
				     : "so it counts as down");
	entry->is_told = true;
	entry->retry_ms = smaller(entry->retry_ms, shortest_ms(entry));
	entry->due = deadline_in(entry->retry_ms);
	entry->retry_ms *= 2;
}

/* Looks the name of `entry` up. Unlocks the mutex during the lookup. */
static void
look_up(struct entry *entry)
{
	struct address addresses[ADDRESS_MAX];
	char reason[ADDRESS_TEXT_SIZE] = "";

	entry->is_busy = true;
	sync_unlock(&mutex);
	int count = address_resolve(entry->text, addresses, reason);
	sync_lock(&mutex);
	entry->is_busy = false;
	if (entry->users == NULL) {
		remove_entry(entry);
		return;
	}
	if (table.is_stopped)
		return;
	if (count > 0)
		record_success(entry, addresses, count);
	else
		record_failure(entry, reason);
	end_waiting(entry);
	table.next = at_once;
	sync_wake(&table.answered);
	if (table.wake != NULL)
		table.wake(table.context);
}

/* Returns the entry whose lookup has been due for longest, or NULL. */
static struct entry *
find_due(void)
{
	struct entry *found = NULL;

	for (struct entry *entry = table.entries; entry != NULL; entry = entry->next)
		if (!entry->is_busy && deadline_passed(entry->due) &&
		    (found == NULL || entry->due.at_ns < found->due.at_ns))
			found = entry;
	return found;
}

static size_t
count_due(void)
{
	size_t count = 0;

	for (struct entry *entry = table.entries; entry != NULL; entry = entry->next)
		count += !entry->is_busy && deadline_passed(entry->due);
	return count;
}

/* Looks names up until none is due. */
static void *
look_up_due(void *unused)
{
	struct entry *entry;

	(void)unused;
	sync_lock(&mutex);
	table.starting--;
	while (!table.is_stopped && (entry = find_due()) != NULL)
		look_up(entry);
	table.threads--;
	sync_unlock(&mutex);
	return NULL;
}

/* Starts a thread for each name that is due. Returns 0, or -1 if the system does not give one. */
static int
start_threads(void)
{
	pthread_t thread;
	size_t due = count_due();

	while (due > table.starting && table.threads < MAX_THREADS) {
		if (pthread_create(&thread, NULL, look_up_due, NULL) != 0)
			return -1;
		pthread_detach(thread);
		table.threads++;
		table.starting++;
	}
	return 0;
}

static bool
is_any_awaited(void)
{
	for (struct entry *entry = table.entries; entry != NULL; entry = entry->next)
		if (is_awaited(entry))
			return true;
	return false;
}

/* Stops waiting for this answer. */
static void
give_up(struct entry *entry, int64_t bound_ms)
{
	if (!is_awaited(entry))
		return;
	snprintf(entry->reason, sizeof entry->reason, "no answer within %" PRId64 " s",
	    bound_ms / MS_PER_S);
	entry->is_told = true;
	end_waiting(entry);
}

void
resolver_await(int64_t bound_ms)
{
	struct deadline end = deadline_in(bound_ms);

	pthread_once(&once, init_table);
	sync_lock(&mutex);
	start_threads();
	while (is_any_awaited() && !table.is_stopped &&
	       sync_wait_until(&table.answered, &mutex, end))
		;
	for (struct entry *entry = table.entries; entry != NULL; entry = entry->next)
		give_up(entry, bound_ms);
	sync_unlock(&mutex);
}

void
resolver_start(void (*wake)(void *context), void *context)
{
	sync_lock(&mutex);
	table.is_stopped = false;
	table.next = at_once;
	table.wake = wake;
	table.context = context;
	sync_unlock(&mutex);
}

static void
plan_next(void)
{
	table.next =
	    start_threads() < 0 ? deadline_in(FIRST_RETRY_MS) : deadline_never();
	for (struct entry *entry = table.entries; entry != NULL; entry = entry->next)
		if (!entry->is_busy && !deadline_passed(entry->due))
			table.next = deadline_earlier(table.next, entry->due);
}

struct deadline
resolver_turn(void)
{
	sync_lock(&mutex);
	if (!table.is_stopped && deadline_passed(table.next))
		plan_next();
	struct deadline next = table.next;
	sync_unlock(&mutex);
	return next;
}

void
resolver_stop(void)
{
	pthread_once(&once, init_table);
	sync_lock(&mutex);
	table.is_stopped = true;
	table.next = deadline_never();
	table.wake = NULL;
	sync_wake(&table.answered);
	sync_unlock(&mutex);
}
