/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/net/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/log.h"
#include "base/thread/sync.h"
#include "lib/daemon.h"
#include "lib/suite.h"

#define HOUR_MS 3600000
#define MANY 20 /* names; more than there are threads */

/* The linker redirects getaddrinfo(3) to this wrapper. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list);
int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list);

/* The result for names that end in ".test". */
static struct {
	pthread_mutex_t mutex;
	bool waits; /* lookups of names that begin with "slow" block */
	const char *address; /* NULL: lookups fail */
	unsigned lookups, slow, running, most;
} fake = { .mutex = PTHREAD_MUTEX_INITIALIZER, .address = "192.0.2.1" };

static void
wait_for_speed(void)
{
	long long deadline = daemon_deadline();

	for (bool waits = true; waits; daemon_pause(deadline, "a lookup's end")) {
		sync_lock(&fake.mutex);
		waits = fake.waits;
		sync_unlock(&fake.mutex);
	}
}

static const char *
begin(bool is_slow)
{
	sync_lock(&fake.mutex);
	fake.lookups++;
	fake.slow += is_slow;
	if (++fake.running > fake.most)
		fake.most = fake.running;
	sync_unlock(&fake.mutex);
	if (is_slow)
		wait_for_speed();
	sync_lock(&fake.mutex);
	const char *address = fake.address;
	fake.running--;
	sync_unlock(&fake.mutex);
	return address;
}

int
__wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	size_t length = host != NULL ? strlen(host) : 0;

	if (length < 5 || strcmp(host + length - 5, ".test") != 0)
		return __real_getaddrinfo(host, port, hints, list);
	const char *address = begin(strncmp(host, "slow", 4) == 0);
	if (address == NULL)
		return EAI_NONAME;
	return __real_getaddrinfo(address, port, hints, list);
}

static void
answer(const char *address)
{
	sync_lock(&fake.mutex);
	fake.address = address;
	sync_unlock(&fake.mutex);
}

static void
slow_down(bool waits)
{
	sync_lock(&fake.mutex);
	fake.waits = waits;
	sync_unlock(&fake.mutex);
}

static unsigned
count_of(const unsigned *counter)
{
	sync_lock(&fake.mutex);
	unsigned calls = *counter;
	sync_unlock(&fake.mutex);
	return calls;
}

/* Returns the first address, or "NONE: " and the reason. */
static const char *
look(const struct resolver_name *name)
{
	static char text[ADDRESS_TEXT_SIZE + 8];
	struct address addresses[ADDRESS_MAX];
	char reason[ADDRESS_TEXT_SIZE];

	if (resolver_addresses(name, addresses, reason) > 0)
		return address_format(&addresses[0], text);
	snprintf(text, sizeof text, "NONE: %s", reason);
	return text;
}

/* Runs the resolver until the name has the address `expected`. */
static void
expect(const struct resolver_name *name, const char *expected)
{
	long long deadline = daemon_deadline();

	for (; strcmp(look(name), expected) != 0; daemon_pause(deadline, expected))
		resolver_turn();
}

static void
expect_lookups(const unsigned *counter, unsigned least)
{
	long long deadline = daemon_deadline();

	for (; count_of(counter) < least; daemon_pause(deadline, "lookups"))
		resolver_turn();
}

START_TEST(name_has_an_address_after_a_wait)
{
	struct resolver_name *name = resolver_take("a.test:80", HOUR_MS);

	ck_assert_str_eq(look(name), "NONE: ");
	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_str_eq(look(name), "[192.0.2.1]:80");
	resolver_drop(name);
}
END_TEST

START_TEST(port_alone_is_one_of_localhost)
{
	struct resolver_name *name = resolver_take("4433", HOUR_MS);
	struct address addresses[ADDRESS_MAX];
	char reason[ADDRESS_TEXT_SIZE];

	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_int_ge(resolver_addresses(name, addresses, reason), 1);
	ck_assert_uint_eq(address_port(&addresses[0]), 4433);
	resolver_drop(name);
}
END_TEST

START_TEST(name_that_does_not_resolve_has_a_reason_and_is_tried_again_soon)
{
	struct resolver_name *name = resolver_take("a.test:80", HOUR_MS);

	answer(NULL);
	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_str_eq(look(name), "NONE: Name or service not known");
	int left_ms = deadline_left_ms(resolver_turn());
	ck_assert_int_ge(left_ms, 0);
	ck_assert_int_le(left_ms, 1000);
	answer("192.0.2.2");
	expect(name, "[192.0.2.2]:80");
	resolver_drop(name);
}
END_TEST

START_TEST(late_answer_is_used_when_it_comes)
{
	struct resolver_name *name = resolver_take("slow.test:80", HOUR_MS);

	slow_down(true);
	resolver_await(1);
	ck_assert_str_eq(look(name), "NONE: no answer within 0 s");
	slow_down(false);
	expect(name, "[192.0.2.1]:80");
	resolver_drop(name);
}
END_TEST

START_TEST(name_is_looked_up_again_and_its_new_address_is_used)
{
	struct resolver_name *name = resolver_take("a.test:80", 1);

	resolver_await(SUITE_PATIENCE_MS);
	expect_lookups(&fake.lookups, 3);
	answer("192.0.2.2");
	expect(name, "[192.0.2.2]:80");
	resolver_drop(name);
}
END_TEST

START_TEST(old_addresses_stay_if_a_lookup_fails)
{
	struct resolver_name *name = resolver_take("a.test:80", 1);
	struct address addresses[ADDRESS_MAX];
	char reason[ADDRESS_TEXT_SIZE] = "";
	long long deadline = daemon_deadline();

	resolver_await(SUITE_PATIENCE_MS);
	answer(NULL);
	for (; reason[0] == '\0'; daemon_pause(deadline, "a lookup that fails")) {
		resolver_turn();
		ck_assert_int_eq(resolver_addresses(name, addresses, reason), 1);
	}
	ck_assert_str_eq(look(name), "[192.0.2.1]:80");
	resolver_drop(name);
}
END_TEST

START_TEST(users_of_one_name_share_its_lookups_and_its_addresses)
{
	struct resolver_name *first = resolver_take("a.test:80", HOUR_MS);
	struct resolver_name *second = resolver_take("a.test:80", HOUR_MS);

	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_uint_eq(count_of(&fake.lookups), 1);
	resolver_drop(first);
	struct resolver_name *third = resolver_take("a.test:80", HOUR_MS);
	ck_assert_str_eq(look(third), "[192.0.2.1]:80");
	resolver_drop(second);
	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_uint_eq(count_of(&fake.lookups), 2);
	resolver_drop(third);
}
END_TEST

START_TEST(shortest_interval_of_the_users_counts)
{
	struct resolver_name *often = resolver_take("a.test:80", 1);
	struct resolver_name *rarely = resolver_take("a.test:80", HOUR_MS);
	long long deadline = daemon_deadline();

	resolver_await(SUITE_PATIENCE_MS);
	expect_lookups(&fake.lookups, 3);
	resolver_drop(often);
	for (int left_ms = 0; left_ms < HOUR_MS / 2;
	     daemon_pause(deadline, "a long interval"))
		left_ms = deadline_left_ms(resolver_turn());
	resolver_drop(rarely);
}
END_TEST

START_TEST(lookup_that_hangs_delays_no_other_and_has_one_thread)
{
	struct resolver_name *slow = resolver_take("slow.test:80", 1);

	slow_down(true);
	resolver_await(1);
	struct resolver_name *fast = resolver_take("a.test:80", HOUR_MS);
	resolver_await(SUITE_PATIENCE_MS);
	ck_assert_str_eq(look(fast), "[192.0.2.1]:80");
	struct resolver_name *again = resolver_take("slow.test:80", 1);
	resolver_await(1);
	ck_assert_uint_eq(count_of(&fake.slow), 1);
	slow_down(false);
	expect(again, "[192.0.2.1]:80");
	resolver_drop(slow);
	resolver_drop(again);
	resolver_drop(fast);
}
END_TEST

START_TEST(name_is_dropped_and_taken_again_while_its_lookup_hangs)
{
	struct resolver_name *name = resolver_take("slow.test:80", HOUR_MS);

	slow_down(true);
	resolver_await(1);
	expect_lookups(&fake.slow, 1);
	resolver_drop(name);
	name = resolver_take("slow.test:80", HOUR_MS);
	slow_down(false);
	expect(name, "[192.0.2.1]:80");
	resolver_drop(name);
}
END_TEST

/* Logs to a file. Returns its path. */
static const char *
log_to_file(void)
{
	const char *path = suite_path("log");
	struct log_settings settings = { .level = LOG_LEVEL_INFO, .file = path };

	ck_assert_int_eq(log_open(&settings), 0);
	return path;
}

/* Closes the log and expects `text` in it exactly once. */
static void
expect_once_in_log(const char *path, const char *text)
{
	char *log;
	size_t size;

	log_close();
	ck_assert_int_eq(file_read(path, 1 << 20, &log, &size), 0);
	const char *first = strstr(log, text);
	ck_assert_msg(first != NULL && strstr(first + 1, text) == NULL, "%s", log);
	free(log);
}

START_TEST(many_failures_are_one_warning)
{
	struct resolver_name *name = resolver_take("a.test:80", 1);

	resolver_await(SUITE_PATIENCE_MS);
	const char *path = log_to_file();
	answer(NULL);
	expect_lookups(&fake.lookups, count_of(&fake.lookups) + 5);
	resolver_stop();
	expect_once_in_log(
	    path, "a.test:80: does not resolve (Name or service not known)");
	resolver_drop(name);
}
END_TEST

START_TEST(failure_that_a_wait_has_seen_is_not_logged)
{
	struct resolver_name *name = resolver_take("a.test:80", 1);
	const char *path = log_to_file();

	answer(NULL);
	resolver_await(SUITE_PATIENCE_MS);
	expect_lookups(&fake.lookups, 5);
	answer("192.0.2.1");
	expect(name, "[192.0.2.1]:80");
	resolver_stop();
	expect_once_in_log(path, "a.test:80: ");
	resolver_drop(name);
}
END_TEST

static void
take_many(struct resolver_name *names[MANY])
{
	char text[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "slow%d.test:80", i);
		names[i] = resolver_take(text, HOUR_MS);
	}
}

START_TEST(many_names_have_16_threads_and_wait_in_line)
{
	struct resolver_name *names[MANY];

	slow_down(true);
	take_many(names);
	resolver_await(1);
	expect_lookups(&fake.slow, 16);
	slow_down(false);
	for (int i = 0; i < MANY; i++) {
		expect(names[i], "[192.0.2.1]:80");
		resolver_drop(names[i]);
	}
	ck_assert_uint_eq(count_of(&fake.lookups), MANY);
	ck_assert_uint_eq(count_of(&fake.most), 16);
}
END_TEST

static void *
await(void *unused)
{
	(void)unused;
	resolver_await(0); /* no time limit */
	return NULL;
}

START_TEST(stop_ends_a_wait_for_an_answer)
{
	struct resolver_name *name = resolver_take("slow.test:80", HOUR_MS);
	pthread_t waiting;

	slow_down(true);
	ck_assert_int_eq(pthread_create(&waiting, NULL, await, NULL), 0);
	expect_lookups(&fake.slow, 1);
	resolver_stop();
	pthread_join(waiting, NULL);
	ck_assert_int_eq(deadline_left_ms(resolver_turn()), -1);
	resolver_drop(name);
}
END_TEST

static void
count(void *context)
{
	sync_lock(&fake.mutex);
	++*(unsigned *)context;
	sync_unlock(&fake.mutex);
}

START_TEST(each_lookup_wakes_the_main_thread)
{
	unsigned woken = 0;
	struct resolver_name *name = resolver_take("a.test:80", 1);

	resolver_start(count, &woken);
	expect_lookups(&woken, 3);
	resolver_stop();
	resolver_drop(name);
}
END_TEST

SUITE("resolver", name_has_an_address_after_a_wait, port_alone_is_one_of_localhost,
    name_that_does_not_resolve_has_a_reason_and_is_tried_again_soon,
    late_answer_is_used_when_it_comes,
    name_is_looked_up_again_and_its_new_address_is_used,
    old_addresses_stay_if_a_lookup_fails,
    users_of_one_name_share_its_lookups_and_its_addresses,
    shortest_interval_of_the_users_counts,
    lookup_that_hangs_delays_no_other_and_has_one_thread,
    name_is_dropped_and_taken_again_while_its_lookup_hangs,
    many_failures_are_one_warning, failure_that_a_wait_has_seen_is_not_logged,
    many_names_have_16_threads_and_wait_in_line, stop_ends_a_wait_for_an_answer,
    each_lookup_wakes_the_main_thread)
