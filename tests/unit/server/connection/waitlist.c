/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/connection/waitlist.h"

#include <stdint.h>
#include <stdio.h>

#include "lib/suite.h"
#include "server/connection/connection.h"

#define AT(ns) ((struct deadline){ .at_ns = (ns) })

static struct connection connections[4];

/* Makes the connection one of the client 10.0.0.`client`. */
static void
set_client(struct connection *connection, int client)
{
	struct address addresses[ADDRESS_MAX];
	char text[64], wrong[ADDRESS_TEXT_SIZE];

	snprintf(text, sizeof text, "10.0.0.%d:1", client);
	ck_assert_int_eq(address_parse_listen(text, addresses, wrong), 1);
	connection->peer = addresses[0];
}

/* Adds the connections with the deadlines 30, 10, 40 and 20 ns, of two clients in turns. */
static struct waitlist *
new_list(void)
{
	static const int64_t deadlines[] = { 30, 10, 40, 20 };
	struct waitlist *list = waitlist_new("waiting");

	for (int i = 0; i < 4; i++) {
		connections[i] = (struct connection){ 0 };
		set_client(&connections[i], i % 2);
		ck_assert_int_eq(
		    waitlist_add(list, &connections[i], AT(deadlines[i])), 0);
	}
	return list;
}

/* Removes all, and checks that they come in this order. */
static void
empty_list(struct waitlist *list, const int order[4])
{
	for (int i = 0; i < 4; i++) {
		ck_assert_ptr_eq(waitlist_first(list), &connections[order[i]]);
		waitlist_remove(list, &connections[order[i]]);
	}
	ck_assert_uint_eq(waitlist_count(list), 0);
	ck_assert_ptr_null(waitlist_first(list));
	waitlist_free(list);
}

START_TEST(earliest_deadline_comes_first)
{
	struct waitlist *list = new_list();

	ck_assert_int_eq(waitlist_next(list).at_ns, 10);
	ck_assert_ptr_eq(waitlist_due(list), &connections[1]);
	empty_list(list, (const int[]){ 1, 3, 0, 2 });
}
END_TEST

START_TEST(connection_is_not_due_before_its_deadline)
{
	struct waitlist *list = waitlist_new("waiting");

	connections[0] = (struct connection){ 0 };
	set_client(&connections[0], 1);
	ck_assert_ptr_null(waitlist_due(list));
	ck_assert_int_eq(waitlist_next(list).at_ns, deadline_never().at_ns);
	ck_assert_int_eq(waitlist_add(list, &connections[0], deadline_never()), 0);
	ck_assert_ptr_null(waitlist_due(list));
	waitlist_remove(list, &connections[0]);
	waitlist_free(list);
}
END_TEST

START_TEST(hurry_shortens_later_deadlines_only)
{
	struct waitlist *list = new_list();

	waitlist_hurry(list, AT(25));
	ck_assert_int_eq(connections[1].timer.deadline.at_ns, 10);
	ck_assert_int_eq(connections[3].timer.deadline.at_ns, 20);
	ck_assert_int_eq(connections[0].timer.deadline.at_ns, 25);
	ck_assert_int_eq(connections[2].timer.deadline.at_ns, 25);
	for (int i = 0; i < 4; i++)
		waitlist_remove(list, &connections[i]);
	waitlist_free(list);
}
END_TEST

START_TEST(victim_is_the_oldest_connection_of_the_busiest_client)
{
	char reason[WAITLIST_REASON_SIZE];
	struct waitlist *list = new_list();

	waitlist_limit(list, 4);
	ck_assert(!waitlist_is_over(list));
	waitlist_limit(list, 3);
	ck_assert(waitlist_is_over(list));
	ck_assert_ptr_eq(waitlist_victim(list, "max-waiting", reason), &connections[0]);
	ck_assert_str_eq(reason,
	    "max-waiting was reached: oldest connection of the client with the most "
	    "waiting");
	/* A PROXY header shows that it has another client. */
	set_client(&connections[0], 9);
	ck_assert_int_eq(waitlist_move(list, &connections[0]), 0);
	ck_assert_ptr_eq(waitlist_victim(list, "max-waiting", reason), &connections[1]);
	empty_list(list, (const int[]){ 1, 3, 0, 2 });
}
END_TEST

START_TEST(empty_list_has_no_victim)
{
	char reason[WAITLIST_REASON_SIZE];
	struct waitlist *list = waitlist_new("waiting");

	ck_assert_ptr_null(waitlist_victim(list, "max-waiting", reason));
	waitlist_free(list);
}
END_TEST

SUITE("waitlist", earliest_deadline_comes_first,
    connection_is_not_due_before_its_deadline, hurry_shortens_later_deadlines_only,
    victim_is_the_oldest_connection_of_the_busiest_client, empty_list_has_no_victim)
