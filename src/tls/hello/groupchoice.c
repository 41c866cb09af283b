/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of a group by the key shares of a client. */
#include "tls/hello/groupchoice.h"

#include "tls/hello/clienthello.h"
#include "tls/policy/groupset.h"

/* A share for a group that the client does not list is not valid (RFC 8446, 4.2.8). */
static bool
is_shared(const struct clienthello *hello, unsigned group)
{
	return clienthello_shares(hello, group) && clienthello_supports(hello, group);
}

static const struct groupset_item *
first_item(const struct groupset *set, const struct clienthello *hello,
    bool (*suits)(const struct clienthello *hello, unsigned group))
{
	for (size_t i = 0; i < set->count; i++)
		if (suits(hello, set->items[i].code))
			return &set->items[i];
	return NULL;
}

const struct groupset_item *
groupchoice(const struct groupset *set, const struct clienthello *hello)
{
	if (!clienthello_offers_tls13(hello))
		return NULL;
	const struct groupset_item *item = first_item(set, hello, is_shared);
	return item != NULL ? item : first_item(set, hello, clienthello_supports);
}
