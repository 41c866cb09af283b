/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/limits/loglimit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/file/file.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define NEVER_MS (1000LL * 60 * 60)

static struct address
client(const char *host)
{
	struct address address = { .length = sizeof(struct sockaddr_in) };
	struct sockaddr_in *in = (struct sockaddr_in *)&address.storage;

	in->sin_family = AF_INET;
	ck_assert_int_eq(inet_pton(AF_INET, host, &in->sin_addr), 1);
	return address;
}

/* Returns the content of suite_path("log"), until the next call. */
static const char *
read_log(void)
{
	static char *data;
	size_t size;

	log_flush();
	free(data);
	data = NULL;
	ck_assert_int_eq(file_read(suite_path("log"), 1 << 20, &data, &size), 0);
	return data;
}

static struct loglimit *
begin(int64_t minute_ms, enum log_level level)
{
	struct log_settings settings = { .level = level, .file = suite_path("log") };

	ck_assert_int_eq(log_open(&settings), 0);
	return loglimit_new(minute_ms);
}

static void
end(struct loglimit *loglimit)
{
	loglimit_free(loglimit);
	log_close();
}

/* Returns how many of `times` failures may be logged singly. */
static unsigned
fail_times(struct loglimit *loglimit, const char *service, enum failure failure,
    const char *host, unsigned times)
{
	struct address peer = client(host);
	unsigned admitted = 0;
	enum log_level level =
	    failure == FAILURE_SNI ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE;

	for (unsigned i = 0; i < times; i++)
		admitted += loglimit_admit(loglimit, service, failure, level, &peer);
	return admitted;
}

START_TEST(first_failures_are_logged_singly_and_the_rest_as_a_sum)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_INFO);

	ck_assert_uint_eq(fail_times(loglimit, "a", FAILURE_NOT_TLS, "192.0.2.1", 5000),
	    LOGLIMIT_LINES);
	ck_assert_str_eq(read_log(), "");
	loglimit_flush(loglimit);
	ck_assert_ptr_nonnull(strstr(read_log(),
	    "]: repeats: a: not-tls: 4990 more within a minute, from 192.0.2.1\n"));
	end(loglimit);
}
END_TEST

START_TEST(few_failures_are_logged_without_a_sum)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_INFO);

	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", LOGLIMIT_LINES);
	end(loglimit);
	ck_assert_str_eq(read_log(), "");
}
END_TEST

START_TEST(rate_limit_counts_each_class_and_service_separately)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_INFO);

	ck_assert_uint_eq(
	    fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 11), LOGLIMIT_LINES);
	ck_assert_uint_eq(
	    fail_times(loglimit, "a", FAILURE_ALPN, "192.0.2.1", 12), LOGLIMIT_LINES);
	ck_assert_uint_eq(
	    fail_times(loglimit, "b", FAILURE_SNI, "192.0.2.1", 13), LOGLIMIT_LINES);
	end(loglimit);
	ck_assert_ptr_nonnull(strstr(read_log(), " a: sni: 1 more "));
	ck_assert_ptr_nonnull(strstr(read_log(), " a: alpn: 2 more "));
	ck_assert_ptr_nonnull(strstr(read_log(), " b: sni: 3 more "));
}
END_TEST

START_TEST(sum_names_three_clients_once_each)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_INFO);

	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 20);
	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.2", 20);
	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.3", 20);
	loglimit_flush(loglimit);
	ck_assert_ptr_nonnull(
	    strstr(read_log(), ", from 192.0.2.1, 192.0.2.2, 192.0.2.3\n"));
	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.9", LOGLIMIT_LINES);
	for (int i = 1; i < 10; i++) {
		char host[] = "192.0.2.x";
		host[sizeof host - 2] = (char)('0' + i);
		fail_times(loglimit, "a", FAILURE_SNI, host, 1);
	}
	end(loglimit);
	ck_assert_ptr_nonnull(strstr(read_log(),
	    ": 9 more within a minute, from 192.0.2.1, 192.0.2.2, 192.0.2.3 and others"
	    "\n"));
}
END_TEST

START_TEST(minute_that_is_over_is_summed_and_the_next_begins)
{
	struct loglimit *loglimit = begin(1, LOG_LEVEL_INFO);

	ck_assert_uint_eq(
	    fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 15), LOGLIMIT_LINES);
	struct deadline next = deadline_in(1);
	while (!deadline_passed(next))
		usleep(100);
	loglimit_expire(loglimit);
	ck_assert_ptr_nonnull(strstr(read_log(), " a: sni: 5 more "));
	ck_assert_uint_eq(
	    fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 16), LOGLIMIT_LINES);
	end(loglimit);
	ck_assert_ptr_nonnull(strstr(read_log(), " a: sni: 6 more "));
}
END_TEST

START_TEST(log_level_debug_logs_every_failure)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_DEBUG);

	ck_assert_uint_eq(
	    fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 100), 100);
	end(loglimit);
	ck_assert_str_eq(read_log(), "");
}
END_TEST

START_TEST(sums_have_the_level_of_their_class)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_NOTICE);

	fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", 20);
	fail_times(loglimit, "a", FAILURE_PROTOCOL, "192.0.2.1", 20);
	end(loglimit);
	ck_assert_ptr_null(strstr(read_log(), "sni"));
	ck_assert_ptr_nonnull(strstr(read_log(), "]: repeats: a: protocol: 10 more "));
}
END_TEST

#define THREADS 8
#define TIMES 10000

static _Atomic(unsigned) admitted;

static void *
fail_often(void *loglimit)
{
	atomic_fetch_add(
	    &admitted, fail_times(loglimit, "a", FAILURE_SNI, "192.0.2.1", TIMES));
	return NULL;
}

/* Returns the sum of the numbers in all summary lines of a log. */
static unsigned long
add_sums(const char *log)
{
	unsigned long sum = 0;

	while ((log = strstr(log, ": repeats: ")) != NULL) {
		unsigned long more;
		ck_assert_int_eq(
		    sscanf(log, ": repeats: %*s %*s %lu more within", &more), 1);
		sum += more;
		log++;
	}
	return sum;
}

START_TEST(threads_lose_no_failure)
{
	struct loglimit *loglimit = begin(NEVER_MS, LOG_LEVEL_INFO);
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, fail_often, loglimit), 0);
	for (int i = 0; i < 20; i++)
		loglimit_flush(loglimit);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	end(loglimit);
	ck_assert_uint_eq(admitted + add_sums(read_log()), THREADS * TIMES);
}
END_TEST

/* Returns how often `log` contains `text`. */
static size_t
times_in(const char *log, const char *text)
{
	size_t count = 0;

	while ((log = strstr(log, text)) != NULL) {
		count++;
		log++;
	}
	return count;
}

START_TEST(thousands_of_failing_connections_write_a_bounded_log)
{
	enum { CLIENTS = 3000 };
	struct daemon *daemon = daemon_serve("");
	unsigned port = daemon_port(daemon);

	for (int i = 0; i < CLIENTS; i++) {
		int fd = peer_dial(port);
		if (i % 2 == 0)
			peer_say(fd, "GET / HTTP/1.0\r\n\r\n");
		else
			peer_say(fd, "EHLO localhost\r\n");
		peer_see_off(fd);
	}
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	const char *log = daemon_log(daemon);
	size_t lines = times_in(log, ": tlsd: not-tls-http: a plain ") +
	               times_in(log, ": tlsd: not-tls: ") -
	               times_in(log, "repeats: tlsd: not-tls: ");
	/* On a slow machine, the minute may end in between. */
	ck_assert_uint_ge(lines, 20);
	ck_assert_uint_lt(times_in(log, "\n"), 200);
	ck_assert_uint_eq(lines + add_sums(log), CLIENTS);
	ck_assert_ptr_nonnull(strstr(log, "more within a minute, from 127.0.0.1\n"));
	ck_assert_ptr_nonnull(strstr(log, "0 connections answered, 3000 failed"));
	daemon_stop(daemon);
}
END_TEST

SUITE("loglimit", first_failures_are_logged_singly_and_the_rest_as_a_sum,
    few_failures_are_logged_without_a_sum,
    rate_limit_counts_each_class_and_service_separately,
    sum_names_three_clients_once_each,
    minute_that_is_over_is_summed_and_the_next_begins,
    log_level_debug_logs_every_failure, sums_have_the_level_of_their_class,
    threads_lose_no_failure, thousands_of_failing_connections_write_a_bounded_log)
