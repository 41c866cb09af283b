/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of networks. */
#include "base/net/networklist.h"

#include <stdlib.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"

void
networks_check(
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

struct networks
networks_of(const struct stringlist *list)
{
	struct networks networks = { .items = memory_new(
					 list->count * sizeof *networks.items),
		.count = list->count };

	for (size_t i = 0; i < list->count; i++)
		network_parse(list->items[i], &networks.items[i]);
	return networks;
}

void
networks_fini(struct networks *networks)
{
	free(networks->items);
	*networks = (struct networks){ 0 };
}

bool
networks_have(const struct networks *networks, const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (network_has(&networks->items[i], address))
			return true;
	return false;
}
