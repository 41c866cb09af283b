/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting connections, by client. */
#include "server/wait/peers.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/net/network.h"
#include "server/connection/connection.h"

/* A client with connections in the index. */
struct guest {
	unsigned char client[NETWORK_CLIENT_SIZE];
	struct connection_list connections; /* the oldest first */
	struct rank *rank;
	TAILQ_ENTRY(guest) link;
};

TAILQ_HEAD(guest_list, guest);

/* The clients with equally many connections; the first that reached that number is at the
 * head. */
struct rank {
	size_t count;
	struct guest_list guests;
	TAILQ_ENTRY(rank) link;
};

TAILQ_HEAD(rank_list, rank);

struct peers {
	void *guests; /* a tree(3) of struct guest, by client */
	struct rank_list ranks; /* the fewest connections first; none is empty */
	/* Each guest brings one rank, and one more is needed while a guest moves. So only adding
	 * a guest can fail because memory is exhausted. */
	struct rank_list spare;
};

static int
compare_guests(const void *a, const void *b)
{
	return memcmp(((const struct guest *)a)->client,
	    ((const struct guest *)b)->client, NETWORK_CLIENT_SIZE);
}

static void
add_spare(struct peers *crowd, struct rank *rank)
{
	TAILQ_INSERT_HEAD(&crowd->spare, rank, link);
}

static struct rank *
take_spare(struct peers *crowd)
{
	struct rank *rank = TAILQ_FIRST(&crowd->spare);

	assert(rank != NULL);
	TAILQ_REMOVE(&crowd->spare, rank, link);
	TAILQ_INIT(&rank->guests);
	return rank;
}

struct peers *
peers_new(void)
{
	struct peers *crowd = memory_new(sizeof *crowd);

	TAILQ_INIT(&crowd->ranks);
	TAILQ_INIT(&crowd->spare);
	add_spare(crowd, memory_new(sizeof(struct rank)));
	return crowd;
}

void
peers_free(struct peers *crowd)
{
	if (crowd == NULL)
		return;
	assert(crowd->guests == NULL && TAILQ_EMPTY(&crowd->ranks));
	free(take_spare(crowd));
	assert(TAILQ_EMPTY(&crowd->spare));
	free(crowd);
}

static struct guest *
find_guest(const struct peers *crowd, const struct address *peer)
{
	struct guest wanted;

	network_client(peer, wanted.client);
	struct guest **node = tfind(&wanted, &crowd->guests, compare_guests);
	return node != NULL ? *node : NULL;
}

/* Adds a guest without connections. Returns NULL if memory is exhausted. */
static struct guest *
add_guest(struct peers *crowd, const struct address *peer)
{
	struct guest *guest = calloc(1, sizeof *guest);
	struct rank *rank = calloc(1, sizeof *rank);

	if (guest != NULL && rank != NULL) {
		network_client(peer, guest->client);
		TAILQ_INIT(&guest->connections);
		if (tsearch(guest, &crowd->guests, compare_guests) != NULL) {
			add_spare(crowd, rank);
			return guest;
		}
	}
	free(guest);
	free(rank);
	return NULL;
}

static void
remove_guest(struct peers *crowd, struct guest *guest)
{
	tdelete(guest, &crowd->guests, compare_guests);
	free(guest);
	free(take_spare(crowd));
}

/* Returns the rank of `count`, which is next to `neighbour`, or the first if that is NULL. */
static struct rank *
find_rank(struct peers *crowd, struct rank *neighbour, size_t count)
{
	struct rank *rank = TAILQ_FIRST(&crowd->ranks);

	if (neighbour != NULL)
		rank = count > neighbour->count
		           ? TAILQ_NEXT(neighbour, link)
		           : TAILQ_PREV(neighbour, rank_list, link);
	if (rank != NULL && rank->count == count)
		return rank;
	rank = take_spare(crowd);
	rank->count = count;
	if (neighbour == NULL)
		TAILQ_INSERT_HEAD(&crowd->ranks, rank, link);
	else if (count > neighbour->count)
		TAILQ_INSERT_AFTER(&crowd->ranks, neighbour, rank, link);
	else
		TAILQ_INSERT_BEFORE(neighbour, rank, link);
	return rank;
}

static void
leave_rank(struct peers *crowd, struct guest *guest)
{
	struct rank *rank = guest->rank;

	if (rank == NULL)
		return;
	TAILQ_REMOVE(&rank->guests, guest, link);
	if (!TAILQ_EMPTY(&rank->guests))
		return;
	TAILQ_REMOVE(&crowd->ranks, rank, link);
	add_spare(crowd, rank);
}

/* Moves the guest to the rank of `count`, which differs by one from its own. */
static void
change_rank(struct peers *crowd, struct guest *guest, size_t count)
{
	struct rank *rank = find_rank(crowd, guest->rank, count);

	leave_rank(crowd, guest);
	guest->rank = rank;
	TAILQ_INSERT_TAIL(&rank->guests, guest, link);
}

int
peers_add(struct peers *crowd, struct connection *connection)
{
	struct guest *guest = find_guest(crowd, &connection->peer);

	if (guest == NULL)
		guest = add_guest(crowd, &connection->peer);
	if (guest == NULL)
		return -1;
	change_rank(crowd, guest, guest->rank != NULL ? guest->rank->count + 1 : 1);
	connection->guest = guest;
	TAILQ_INSERT_TAIL(&guest->connections, connection, crowd_link);
	return 0;
}

void
peers_remove(struct peers *crowd, struct connection *connection)
{
	struct guest *guest = connection->guest;

	TAILQ_REMOVE(&guest->connections, connection, crowd_link);
	connection->guest = NULL;
	if (guest->rank->count > 1) {
		change_rank(crowd, guest, guest->rank->count - 1);
		return;
	}
	leave_rank(crowd, guest);
	remove_guest(crowd, guest);
}

struct connection *
peers_heaviest(const struct peers *crowd)
{
	const struct rank *rank = TAILQ_LAST(&crowd->ranks, rank_list);

	if (rank == NULL)
		return NULL;
	return TAILQ_FIRST(&TAILQ_FIRST(&rank->guests)->connections);
}
