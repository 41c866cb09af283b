/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/limits/limits.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "lib/suite.h"

static struct limits *limits;
static struct gate *gate;
static const char *reason;

static struct address
address(const char *text)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	ck_assert_int_ge(address_parse_listen(text, addresses, wrong), 1);
	return addresses[0];
}

/* Returns settings without limits, except for the rate. */
static struct limit_settings
settings(const char *rate)
{
	return (struct limit_settings){ .accept_rate = (char *)(uintptr_t)rate };
}

static void
set_up(const struct limit_settings *process, const struct limit_settings *service)
{
	limits = limits_new();
	limits_set_process(limits, process);
	limits_set_service(limits, "a", service);
	gate = limits_gate(limits, "a");
	ck_assert_ptr_nonnull(gate);
}

static enum failure
enter(const char *peer)
{
	struct address there = address(peer);

	enum failure failure = limits_enter(limits_process(limits), &there, &reason);

	if (failure != FAILURE_NONE)
		return failure;
	failure = limits_enter(gate, &there, &reason);
	if (failure != FAILURE_NONE)
		limits_cancel(limits_process(limits), &there);
	return failure;
}

static void
leave(const char *peer)
{
	struct address there = address(peer);

	limits_leave(gate, &there);
	limits_leave(limits_process(limits), &there);
}

START_TEST(all_clients_are_admitted_without_limits)
{
	struct limit_settings none = settings("");

	set_up(&none, &none);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	for (int i = 0; i < 100; i++)
		leave("192.0.2.1:1");
	limits_free(limits);
}
END_TEST

START_TEST(max_clients_counts_current_connections)
{
	struct limit_settings none = settings(""), two = settings("");

	two.max_clients = 2;
	set_up(&two, &none);
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	ck_assert_int_eq(enter("192.0.2.2:1"), FAILURE_NONE);
	ck_assert_int_eq(enter("192.0.2.3:1"), FAILURE_REFUSED_LIMIT);
	ck_assert_str_eq(reason, "max-clients is reached (of the process)");
	leave("192.0.2.1:1");
	ck_assert_int_eq(enter("192.0.2.3:1"), FAILURE_NONE);
	leave("192.0.2.2:1");
	leave("192.0.2.3:1");
	limits_free(limits);
}
END_TEST

START_TEST(max_per_ip_counts_each_client_by_itself)
{
	struct limit_settings none = settings(""), one = settings("");

	one.max_per_ip = 1;
	set_up(&none, &one);
	ck_assert_int_eq(enter("[2001:db8::1]:1"), FAILURE_NONE);
	ck_assert_int_eq(enter("[2001:db8::2]:1"), FAILURE_REFUSED_LIMIT);
	ck_assert_str_eq(reason, "max-per-ip is reached (of the service)");
	ck_assert_int_eq(enter("[2001:db8:0:1::2]:1"), FAILURE_NONE);
	leave("[2001:db8::1]:1");
	ck_assert_int_eq(enter("[2001:db8::2]:1"), FAILURE_NONE);
	leave("[2001:db8::2]:1");
	leave("[2001:db8:0:1::2]:1");
	limits_free(limits);
}
END_TEST

START_TEST(services_count_for_themselves)
{
	struct limit_settings none = settings(""), one = settings("");

	one.max_clients = 1;
	set_up(&none, &one);
	limits_set_service(limits, "b", &one);
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_REFUSED_LIMIT);
	gate = limits_gate(limits, "b");
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	leave("192.0.2.1:1");
	gate = limits_gate(limits, "a");
	leave("192.0.2.1:1");
	ck_assert_ptr_null(limits_gate(limits, "c"));
	limits_free(limits);
}
END_TEST

START_TEST(deny_wins_and_allow_shuts_the_others_out)
{
	struct limit_settings none = settings(""), some = settings("");

	stringlist_split(&some.allow, "192.0.2.0/24, unix");
	stringlist_split(&some.deny, "192.0.2.7");
	set_up(&some, &none);
	ck_assert_int_eq(enter("192.0.2.7:1"), FAILURE_REFUSED_ADDRESS);
	ck_assert_int_eq(enter("198.51.100.1:1"), FAILURE_REFUSED_ADDRESS);
	ck_assert_int_eq(enter("192.0.2.8:1"), FAILURE_NONE);
	ck_assert_int_eq(enter("/run/x"), FAILURE_NONE);
	leave("192.0.2.8:1");
	leave("/run/x");
	limits_free(limits);
	stringlist_fini(&some.allow);
	stringlist_fini(&some.deny);
}
END_TEST

START_TEST(a_burst_may_come_at_once_and_no_more)
{
	struct limit_settings none = settings(""), slow = settings("1 burst 5");

	set_up(&none, &slow);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	/* Another one would be accepted only after a second. */
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_REFUSED_LIMIT);
	ck_assert_str_eq(reason, "accept-rate is reached (of the service)");
	for (int i = 0; i < 5; i++)
		leave("192.0.2.1:1");
	limits_free(limits);
}
END_TEST

START_TEST(a_bucket_fills_again)
{
	struct limit_settings none = settings(""), fast = settings("1000000 burst 1");

	set_up(&none, &fast);
	for (int i = 0; i < 3; i++) {
		while (enter("192.0.2.1:1") != FAILURE_NONE)
			;
		leave("192.0.2.1:1");
	}
	limits_free(limits);
}
END_TEST

START_TEST(counts_outlive_a_reload)
{
	struct limit_settings none = settings(""), one = settings("");

	one.max_clients = 1;
	set_up(&none, &none);
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	limits_set_service(limits, "a", &one);
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_REFUSED_LIMIT);
	leave("192.0.2.1:1");
	ck_assert_int_eq(enter("192.0.2.1:1"), FAILURE_NONE);
	leave("192.0.2.1:1");
	limits_free(limits);
}
END_TEST

START_TEST(workers_are_taken_and_given_back)
{
	struct limit_settings none = settings(""), one = settings("");

	one.max_workers = 1;
	set_up(&none, &one);
	ck_assert(limits_bound_workers(gate));
	ck_assert(limits_take_worker(gate));
	ck_assert(!limits_take_worker(gate));
	limits_give_worker(gate);
	ck_assert(limits_take_worker(gate));
	limits_free(limits);
}
END_TEST

START_TEST(wrong_settings_are_found)
{
	static const char *const bad[] = { "0", "-1", "x", "1000001", "5 burst",
		"5 burst 0", "5 bust 6", "5 burst 6 7", "5/6" };
	struct findings findings;

	findings_init(&findings);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct limit_settings wrong = settings(bad[i]);
		limits_check(&wrong, &findings);
		ck_assert_uint_eq(findings.errors, i + 1);
	}
	struct limit_settings wrong = settings("5 burst 6");
	stringlist_split(&wrong.allow, "192.0.2.0/24, 192.0.2.1/24");
	stringlist_split(&wrong.deny, "nobody");
	findings_fini(&findings);
	limits_check(&wrong, &findings);
	ck_assert_uint_eq(findings.errors, 2);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "allow: \"192.0.2.1/24\""));
	ck_assert_ptr_nonnull(strstr(findings.items[1].text, "deny: \"nobody\""));
	findings_fini(&findings);
	stringlist_fini(&wrong.allow);
	stringlist_fini(&wrong.deny);
}
END_TEST

SUITE("limits", all_clients_are_admitted_without_limits,
    max_clients_counts_current_connections, max_per_ip_counts_each_client_by_itself,
    services_count_for_themselves, deny_wins_and_allow_shuts_the_others_out,
    a_burst_may_come_at_once_and_no_more, a_bucket_fills_again, counts_outlive_a_reload,
    workers_are_taken_and_given_back, wrong_settings_are_found)
