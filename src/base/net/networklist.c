/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of networks. */
#include "base/net/networklist.h"

#include <stdlib.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"

void
networklist_check(
    const char *key, const struct stringlist *list, struct findings *findings)
{
	struct network network;

	for (size_t i = 0; i < list->count; i++) {
		const char *wrong = network_parse(list->items[i], &network);
		if (wrong != NULL)
			findings_error(findings,
			    "%s: \"%s\" %s: write ADDRESS, NETWORK/PREFIX or unix", key,
			    list->items[i], wrong);
	}
}

struct networklist
networklist_of(const struct stringlist *list)
{
	struct networklist networks = { .items = memory_new(
					    list->count * sizeof *networks.items),
		.count = list->count };

	for (size_t i = 0; i < list->count; i++)
		network_parse(list->items[i], &networks.items[i]);
	return networks;
}

void
networklist_fini(struct networklist *networks)
{
	free(networks->items);
	*networks = (struct networklist){ 0 };
}

bool
networklist_have(const struct networklist *networks, const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (network_has(&networks->items[i], address))
			return true;
	return false;
}
