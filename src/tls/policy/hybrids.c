/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hybrid groups in priority strings. */
#include "tls/policy/hybrids.h"

#include <string.h>

#include "base/memory/memory.h"
#include "base/text/resemblance.h"

/* draft-ietf-tls-ecdhe-mlkem; the first one is the only one that browsers have. */
static const char *const hybrid_names[HYBRIDS_MAX] = { "X25519-MLKEM768",
	"SECP256R1-MLKEM768", "SECP384R1-MLKEM1024" };

struct hybrids
hybrids_where(bool (*has)(const char *name))
{
	struct hybrids found = { .count = 0 };

	for (size_t i = 0; i < HYBRIDS_MAX; i++)
		if (has(hybrid_names[i]))
			found.names[found.count++] = hybrid_names[i];
	return found;
}

bool
hybrids_in_library(const char *name)
{
	return gnutls_group_get_id(name) != GNUTLS_GROUP_INVALID;
}

const char *
hybrids_find(const char *name)
{
	for (size_t i = 0; i < HYBRIDS_MAX; i++)
		if (resemblance_distance(name, hybrid_names[i]) == 0)
			return hybrid_names[i];
	return NULL;
}

bool
hybrids_have(const struct hybrids *hybrids, const char *name)
{
	for (size_t i = 0; i < hybrids->count; i++)
		if (strcmp(hybrids->names[i], name) == 0)
			return true;
	return false;
}

static bool
is_enabled(const char *name, gnutls_priority_t priority)
{
	const gnutls_group_t group = gnutls_group_get_id(name);
	const unsigned *list;
	int count = gnutls_priority_group_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == group)
			return true;
	return false;
}

struct hybrids
hybrids_enabled(const struct hybrids *hybrids, gnutls_priority_t priority)
{
	struct hybrids found = { .count = 0 };

	for (size_t i = 0; i < hybrids->count; i++)
		if (is_enabled(hybrids->names[i], priority))
			found.names[found.count++] = hybrids->names[i];
	return found;
}

char *
hybrids_words(const struct hybrids *hybrids)
{
	char *text = memory_copy("");

	for (size_t i = 0; i < hybrids->count; i++)
		memory_append(&text, "+GROUP-%s:", hybrids->names[i]);
	return text;
}

/* Appends each group after `sign`, "+" or "-". */
static char *
append_groups(const struct hybrids *hybrids, const char *text, const char *sign)
{
	char *all = memory_copy(text);

	for (size_t i = 0; i < hybrids->count; i++)
		memory_append(&all, ":%sGROUP-%s", sign, hybrids->names[i]);
	return all;
}

char *
hybrids_with(const struct hybrids *hybrids, const char *text)
{
	return append_groups(hybrids, text, "+");
}

char *
hybrids_without(const struct hybrids *hybrids, const char *text)
{
	return append_groups(hybrids, text, "-");
}

char *
hybrids_alone(const char *name, const char *text)
{
	return memory_format("%s:-GROUP-ALL:+GROUP-%s", text, name);
}
