/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting connections, by client. */
#include "server/connection/peers.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "base/net/network.h"
#include "server/connection/connection.h"

/* A client with connections in the index. */
struct peers_client {
	unsigned char key[NETWORK_CLIENT_SIZE];
	struct connection_list connections; /* the oldest first */
	struct bucket *bucket;
	TAILQ_ENTRY(peers_client) link;
};

TAILQ_HEAD(client_list, peers_client);

/* The clients with equally many connections; the first that reached that number is at the
 * head. */
struct bucket {
	size_t count;
	struct client_list clients;
	TAILQ_ENTRY(bucket) link;
};

TAILQ_HEAD(bucket_list, bucket);

struct peers {
	void *clients; /* a tree(3) of struct peers_client, by key */
	struct bucket_list buckets; /* the fewest connections first; none is empty */
	/* Each client brings one bucket, and one more is needed while a client moves. So only
	 * adding a client can fail because memory is exhausted. */
	struct bucket_list spare;
};

static int
compare_clients(const void *a, const void *b)
{
	return memcmp(((const struct peers_client *)a)->key,
	    ((const struct peers_client *)b)->key, NETWORK_CLIENT_SIZE);
}

static void
add_spare(struct peers *peers, struct bucket *bucket)
{
	TAILQ_INSERT_HEAD(&peers->spare, bucket, link);
}

static struct bucket *
take_spare(struct peers *peers)
{
	struct bucket *bucket = TAILQ_FIRST(&peers->spare);

	assert(bucket != NULL);
	TAILQ_REMOVE(&peers->spare, bucket, link);
	TAILQ_INIT(&bucket->clients);
	return bucket;
}

struct peers *
peers_new(void)
{
	struct peers *peers = memory_new(sizeof *peers);

	TAILQ_INIT(&peers->buckets);
	TAILQ_INIT(&peers->spare);
	add_spare(peers, memory_new(sizeof(struct bucket)));
	return peers;
}

void
peers_free(struct peers *peers)
{
	if (peers == NULL)
		return;
	assert(peers->clients == NULL && TAILQ_EMPTY(&peers->buckets));
	free(take_spare(peers));
	assert(TAILQ_EMPTY(&peers->spare));
	free(peers);
}

static struct peers_client *
find_client(const struct peers *peers, const struct address *peer)
{
	struct peers_client wanted;

	network_client(peer, wanted.key);
	struct peers_client **node = tfind(&wanted, &peers->clients, compare_clients);
	return node != NULL ? *node : NULL;
}

/* Adds a client without connections. Returns NULL if memory is exhausted. */
static struct peers_client *
add_client(struct peers *peers, const struct address *peer)
{
	struct peers_client *client = calloc(1, sizeof *client);
	struct bucket *bucket = calloc(1, sizeof *bucket);

	if (client != NULL && bucket != NULL) {
		network_client(peer, client->key);
		TAILQ_INIT(&client->connections);
		if (tsearch(client, &peers->clients, compare_clients) != NULL) {
			add_spare(peers, bucket);
			return client;
		}
	}
	free(client);
	free(bucket);
	return NULL;
}

static void
remove_client(struct peers *peers, struct peers_client *client)
{
	tdelete(client, &peers->clients, compare_clients);
	free(client);
	free(take_spare(peers));
}

/* Returns the rank of `count`, which is next to `neighbour`, or the first if that is NULL. */
static struct bucket *
find_bucket(struct peers *peers, struct bucket *neighbour, size_t count)
{
	struct bucket *bucket = TAILQ_FIRST(&peers->buckets);

	if (neighbour != NULL)
		bucket = count > neighbour->count
		             ? TAILQ_NEXT(neighbour, link)
		             : TAILQ_PREV(neighbour, bucket_list, link);
	if (bucket != NULL && bucket->count == count)
		return bucket;
	bucket = take_spare(peers);
	bucket->count = count;
	if (neighbour == NULL)
		TAILQ_INSERT_HEAD(&peers->buckets, bucket, link);
	else if (count > neighbour->count)
		TAILQ_INSERT_AFTER(&peers->buckets, neighbour, bucket, link);
	else
		TAILQ_INSERT_BEFORE(neighbour, bucket, link);
	return bucket;
}

static void
leave_bucket(struct peers *peers, struct peers_client *client)
{
	struct bucket *bucket = client->bucket;

	if (bucket == NULL)
		return;
	TAILQ_REMOVE(&bucket->clients, client, link);
	if (!TAILQ_EMPTY(&bucket->clients))
		return;
	TAILQ_REMOVE(&peers->buckets, bucket, link);
	add_spare(peers, bucket);
}

/* Moves the client to the bucket of `count`, which differs by one from its own. */
static void
change_bucket(struct peers *peers, struct peers_client *client, size_t count)
{
	struct bucket *bucket = find_bucket(peers, client->bucket, count);

	leave_bucket(peers, client);
	client->bucket = bucket;
	TAILQ_INSERT_TAIL(&bucket->clients, client, link);
}

int
peers_add(struct peers *peers, struct connection *connection)
{
	struct peers_client *client = find_client(peers, &connection->peer);

	if (client == NULL)
		client = add_client(peers, &connection->peer);
	if (client == NULL)
		return -1;
	change_bucket(
	    peers, client, client->bucket != NULL ? client->bucket->count + 1 : 1);
	connection->peers_client = client;
	TAILQ_INSERT_TAIL(&client->connections, connection, peers_link);
	return 0;
}

void
peers_remove(struct peers *peers, struct connection *connection)
{
	struct peers_client *client = connection->peers_client;

	TAILQ_REMOVE(&client->connections, connection, peers_link);
	connection->peers_client = NULL;
	if (client->bucket->count > 1) {
		change_bucket(peers, client, client->bucket->count - 1);
		return;
	}
	leave_bucket(peers, client);
	remove_client(peers, client);
}

struct connection *
peers_heaviest(const struct peers *peers)
{
	const struct bucket *bucket = TAILQ_LAST(&peers->buckets, bucket_list);

	if (bucket == NULL)
		return NULL;
	return TAILQ_FIRST(&TAILQ_FIRST(&bucket->clients)->connections);
}
