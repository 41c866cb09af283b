/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/connection/peers.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/connection/connection.h"
#include "lib/suite.h"

/* Adds a connection whose address is derived from the number `client`. */
static void
come(struct peers *peers, struct connection *connection, int client)
{
	struct address addresses[ADDRESS_MAX];
	char text[64], wrong[ADDRESS_TEXT_SIZE];

	snprintf(text, sizeof text, "10.0.%d.%d:1", client / 256, client % 256);
	ck_assert_int_eq(address_parse_listen(text, addresses, wrong), 1);
	*connection = (struct connection){ .peer = addresses[0] };
	ck_assert_int_eq(peers_add(peers, connection), 0);
}

START_TEST(empty_client_index_has_no_heaviest_client)
{
	struct peers *peers = peers_new();

	ck_assert_ptr_null(peers_heaviest(peers));
	peers_free(peers);
}
END_TEST

START_TEST(the_client_with_most_loses_its_oldest)
{
	struct connection many[3], few[2];
	struct peers *peers = peers_new();

	come(peers, &few[0], 1);
	come(peers, &many[0], 2);
	come(peers, &many[1], 2);
	come(peers, &few[1], 1);
	come(peers, &many[2], 2);
	ck_assert_ptr_eq(peers_heaviest(peers), &many[0]);
	peers_remove(peers, &many[0]);
	/* Both have two now; the first client reached that number earlier. */
	ck_assert_ptr_eq(peers_heaviest(peers), &few[0]);
	peers_remove(peers, &few[0]);
	ck_assert_ptr_eq(peers_heaviest(peers), &many[1]);
	peers_remove(peers, &many[1]);
	peers_remove(peers, &many[2]);
	ck_assert_ptr_eq(peers_heaviest(peers), &few[1]);
	peers_remove(peers, &few[1]);
	peers_free(peers);
}
END_TEST

START_TEST(new_clients_are_not_evicted_before_a_flooding_client)
{
	static struct connection flood[1000], honest[10];
	struct peers *peers = peers_new();

	for (int i = 0; i < 1000; i++)
		come(peers, &flood[i], 1);
	for (int i = 0; i < 10; i++)
		come(peers, &honest[i], 2 + i);
	for (int i = 0; i < 999; i++) {
		ck_assert_ptr_eq(peers_heaviest(peers), &flood[i]);
		peers_remove(peers, &flood[i]);
	}
	peers_remove(peers, &flood[999]);
	for (int i = 0; i < 10; i++) {
		ck_assert_ptr_eq(peers_heaviest(peers), &honest[i]);
		peers_remove(peers, &honest[i]);
	}
	peers_free(peers);
}
END_TEST

/* Returns the largest count, found by comparing all. */
static size_t
most(const size_t *counts, size_t clients)
{
	size_t largest = 0;

	for (size_t i = 0; i < clients; i++)
		if (counts[i] > largest)
			largest = counts[i];
	return largest;
}

START_TEST(adding_and_removing_connections_keeps_the_order_of_clients)
{
	enum { CLIENTS = 20, PLACES = 200 };
	static struct connection places[PLACES];
	int client_of[PLACES] = { 0 };
	size_t counts[CLIENTS + 1] = { 0 };
	struct peers *peers = peers_new();

	srand(4433);
	for (int turn = 0; turn < 20000; turn++) {
		int place = rand() % PLACES;
		if (client_of[place] == 0) {
			client_of[place] = 1 + rand() % CLIENTS;
			counts[client_of[place]]++;
			come(peers, &places[place], client_of[place]);
		} else {
			counts[client_of[place]]--;
			client_of[place] = 0;
			peers_remove(peers, &places[place]);
		}
		const struct connection *heaviest = peers_heaviest(peers);
		if (heaviest != NULL)
			ck_assert_uint_eq(counts[client_of[heaviest - places]],
			    most(counts, CLIENTS + 1));
	}
	for (int place = 0; place < PLACES; place++)
		if (client_of[place] > 0)
			peers_remove(peers, &places[place]);
	peers_free(peers);
}
END_TEST

SUITE("peers", empty_client_index_has_no_heaviest_client,
    the_client_with_most_loses_its_oldest,
    new_clients_are_not_evicted_before_a_flooding_client,
    adding_and_removing_connections_keeps_the_order_of_clients)
