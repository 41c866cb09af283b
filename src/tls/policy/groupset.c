/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of a hybrid group by priorities with one group each. */
#include "tls/policy/groupset.h"

#include <stdlib.h>

#include "tls/policy/groupcode.h"
#include "tls/policy/hybrids.h"

/* Parses `text` and frees it. Returns NULL after an error. */
static gnutls_priority_t
parse_text(char *text)
{
	gnutls_priority_t priority = NULL;
	int code = gnutls_priority_init(&priority, text, NULL);

	free(text);
	return code < 0 ? NULL : priority;
}

/* Adds the group `name` if its code is known. `text` is the priority string of all groups. */
static int
add_item(struct groupset *set, const char *name, bool is_hybrid, const char *text)
{
	struct groupset_item item = { groupcode(name), NULL };

	if (item.code == 0 || set->count == GROUPSET_MAX)
		return 0;
	if (is_hybrid) {
		item.only = parse_text(hybrids_alone(name, text));
		if (item.only == NULL)
			return -1;
	}
	set->items[set->count++] = item;
	return 0;
}

int
groupset_init(struct groupset *set, gnutls_priority_t priority, const char *text,
    const struct hybrids *hybrids)
{
	const struct hybrids enabled = hybrids_enabled(hybrids, priority);
	const unsigned *list;
	const int count = gnutls_priority_group_list(priority, &list);

	*set = (struct groupset){ .count = 0 };
	if (enabled.count == 0)
		return 0;
	for (int i = 0; i < count; i++) {
		const char *name = gnutls_group_get_name((gnutls_group_t)list[i]);
		if (add_item(set, name, hybrids_have(&enabled, name), text) < 0)
			return -1;
	}
	if ((size_t)count == enabled.count)
		return 0;
	set->others = parse_text(hybrids_without(&enabled, text));
	return set->others != NULL ? 0 : -1;
}

void
groupset_fini(struct groupset *set)
{
	for (size_t i = 0; i < set->count; i++)
		gnutls_priority_deinit(set->items[i].only);
	gnutls_priority_deinit(set->others);
}
