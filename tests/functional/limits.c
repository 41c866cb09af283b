/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd that limits its clients, by address and by number. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/ipv6.h> /* must follow <netinet/in.h> */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/privatenet.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define BIG (16 << 20)

/* Starts a ClientHello, so that the connection is accepted. The server may already have
 * refused it and closed. */
static int
begin(int fd)
{
	ck_assert(send(fd, "\x16", 1, MSG_NOSIGNAL) == 1 || errno == EPIPE);
	return fd;
}

static int
dial_and_begin(unsigned port)
{
	return begin(peer_dial(port));
}

/* Expects the connection to be closed without an answer, which is the cheapest refusal. */
static void
expect_refusal(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	ck_assert_msg(n == 0 || (n < 0 && errno == ECONNRESET), "%zd: %m", n);
	close(fd);
}

/* Waits until `count` handshakes of `service` have failed in `class`. */
static void
expect_failed(const char *service, const char *class, unsigned count)
{
	daemon_expect_figure(memory_format(
	    "\ntlsd_handshake_failures_total{service=\"%s\",class=\"%s\"} %u\n",
	    service, class, count));
}

/* Waits until `count` connections of `service` are in `phase`. */
static void
expect_present(const char *service, const char *phase, unsigned count)
{
	daemon_expect_figure(
	    memory_format("\ntlsd_connections{service=\"%s\",phase=\"%s\"} %u\n",
		service, phase, count));
}

static void
expect_waiting(const char *service, unsigned count)
{
	expect_present(service, "hello", count);
}

/* Starts two services, "one" on TCP and "two" on a socket, with settings of the process
 * and of "one". */
static struct daemon *
serve_limited(const char *of_process, const char *of_one)
{
	return daemon_serve(suite_format("control-socket = %s\nhello-timeout = 5m\n%s"
					 "[one]\n%s[two]\nlisten = %s\n",
	    suite_path("control"), of_process, of_one, suite_path("two")));
}

START_TEST(process_may_have_only_so_many_connections)
{
	struct daemon *daemon = serve_limited("max-clients = 2\n", "");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	int first = dial_and_begin(one);
	int second = begin(peer_dial_path(suite_path("two")));

	expect_waiting("one", 1);
	expect_waiting("two", 1);
	expect_refusal(dial_and_begin(one));
	expect_refusal(dial_and_begin(one));
	expect_refusal(begin(peer_dial_path(suite_path("two"))));
	daemon_expect(daemon, ": one: refused-limit: max-clients is reached");
	expect_failed("one", "refused-limit", 2);
	expect_failed("two", "refused-limit", 1);
	close(first);
	expect_failed("one", "early-close", 1);
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	close(second);
	daemon_stop(daemon);
}
END_TEST

START_TEST(service_may_have_only_so_many_connections)
{
	struct daemon *daemon = serve_limited("", "max-clients = 1\n");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	int first = dial_and_begin(one);

	expect_waiting("one", 1);
	expect_refusal(dial_and_begin(one));
	expect_failed("one", "refused-limit", 1);
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	expect_failed("two", "refused-limit", 0);
	close(first);
	daemon_stop(daemon);
}
END_TEST

/* Connects again and again until a client is answered, or refused. */
static void
call_until(unsigned port, bool answered)
{
	long long deadline = daemon_deadline();

	while ((peer_try(port, NULL) == 0) != answered)
		daemon_pause(deadline, "the rate stays as it is");
}

START_TEST(burst_is_answered_and_then_only_the_rate)
{
	struct daemon *daemon = serve_limited("", "accept-rate = 1 burst 3\n");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");

	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(peer_ask(one), HELLO);
	call_until(one, false);
	daemon_expect(daemon, ": one: refused-limit: accept-rate is reached");
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	call_until(one, true);
	daemon_stop(daemon);
}
END_TEST

START_TEST(address_that_is_denied_is_refused)
{
	struct daemon *daemon = daemon_serve("deny = 192.0.2.0/24, 127.0.0.1\n");

	expect_refusal(dial_and_begin(daemon_port(daemon)));
	daemon_expect(
	    daemon, ": tlsd: refused-address: the address is in deny (of the process)");
	daemon_change(daemon, "[one]\nallow = 192.0.2.0/24\n");
	expect_refusal(dial_and_begin(daemon_port(daemon)));
	daemon_expect(daemon,
	    ": one: refused-address: the address is not in allow (of the service)");
	daemon_change(daemon, "deny = 192.0.2.0/24\nallow = 127.0.0.0/8\n");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(one_client_may_have_only_so_many_connections)
{
	struct daemon *daemon = daemon_serve("max-per-ip = 2\nhello-timeout = 5m\n");
	int first = dial_and_begin(daemon_port(daemon));
	int second = dial_and_begin(daemon_port(daemon));

	expect_refusal(dial_and_begin(daemon_port(daemon)));
	daemon_expect(
	    daemon, ": tlsd: refused-limit: max-per-ip is reached (of the process) ");
	close(first);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	close(second);
	daemon_stop(daemon);
}
END_TEST

/* Returns the settings of two services: "one" has one worker and a program that writes much,
 * "two" answers with a text. `of_one` are more settings of "one". */
static const char *
two_services(const char *more, const char *of_one)
{
	return suite_format(
	    "workers = 4\nhandshake-timeout = 5m\nidle-timeout = 5m\n%s[one]\n"
	    "max-workers = 1\nrespond = exec\nexec = /bin/cat %s\n%s[two]\nlisten = "
	    "%s\n",
	    more, suite_path("big"), of_one, suite_path("two"));
}

static struct daemon *
serve_two(const char *more)
{
	char *big = memory_new(BIG);

	ck_assert_int_eq(
	    file_write(suite_path("big"), big, BIG, 0600, FILE_REPLACE), 0);
	free(big);
	return daemon_serve(two_services(more, ""));
}

/* Makes new connections of the service "one" wait for a worker for a second only. Earlier ones
 * had more time, so that a slow machine does not matter. */
static void
shorten_the_wait(struct daemon *daemon)
{
	daemon_change(daemon, two_services("", "handshake-timeout = 1s\n"));
}

START_TEST(service_with_all_workers_busy_does_not_block_others)
{
	struct daemon *daemon = serve_two("");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *stuck = peer_new(peer_dial_narrow(one), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	shorten_the_wait(daemon);
	/* The service's only worker is writing, so this client waits in vain. */
	ck_assert_int_ne(peer_try(one, NULL), 0);
	daemon_expect(
	    daemon, ": one: handshake-timeout: no worker of its service was free");
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	peer_free(stuck);
	daemon_expect(daemon, ": one: early-close: ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(queued_connection_gets_a_worker_when_one_is_free)
{
	struct daemon *daemon = serve_two("");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *stuck = peer_new(peer_dial_narrow(one), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	struct peer **crowd = peer_crowd(one, 3, NULL);
	peer_free(stuck);
	daemon_expect(daemon, ": one: early-close: ");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(peer_run(crowd[i]), 0);
		ck_assert_uint_eq(crowd[i]->size, BIG);
		peer_free(crowd[i]);
	}
	free(crowd);
	daemon_stop(daemon);
}
END_TEST

START_TEST(full_queue_of_a_service_refuses_the_oldest_connection)
{
	struct daemon *daemon = serve_two(suite_format(
	    "control-socket = %s\nmax-waiting = 2\n", suite_path("control")));
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *stuck = peer_new(peer_dial_narrow(one), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	struct peer **first = peer_crowd(one, 1, NULL);
	expect_present("one", "hold", 1);
	struct peer **second = peer_crowd(one, 1, NULL);
	expect_present("one", "hold", 2);
	struct peer **third = peer_crowd(one, 1, NULL);
	daemon_expect(daemon,
	    ": one: refused-limit: max-waiting was reached: oldest connection "
	    "of the client with the most waiting for max-workers");
	ck_assert_int_ne(peer_run(*first), 0);
	peer_free(stuck);
	ck_assert_int_eq(peer_run(*second), 0);
	ck_assert_int_eq(peer_run(*third), 0);
	peer_free(*first);
	peer_free(*second);
	peer_free(*third);
	free(first);
	free(second);
	free(third);
	daemon_stop(daemon);
}
END_TEST

/* Makes a program that does not start before the descriptor is closed: open(2) waits
 * for the holder of the lease. fcntl(2) ends the lease after 45 s. */
static int
hold_program(const char *path)
{
	int fd = open(suite_file(path, "#!/bin/sh\n"), O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(fchmod(fd, 0700), 0);
	signal(SIGIO, SIG_IGN);
	ck_assert_int_eq(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	return fd;
}

/* The only worker is held. One client waits in the queue, the other one until the queue
 * has space. */
static const char *
one_with_timeout(const char *timeout)
{
	return suite_format(
	    "workers = 1\nqueue-size = 1\nhandshake-timeout = 5m\n[one]\n"
	    "handshake-timeout = %s\n[two]\nlisten = %s\nrespond = exec\nexec = %s\n",
	    timeout, suite_path("two"), suite_path("program"));
}

START_TEST(queued_connection_waits_for_a_worker_until_the_handshake_timeout)
{
	int program = hold_program("program");
	struct daemon *daemon = daemon_serve(one_with_timeout("1s"));
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *holder = peer_new(peer_dial_path(suite_path("two")), NULL);

	ck_assert_int_eq(peer_shake(holder), 0);
	struct peer **crowd = peer_crowd(one, 2, NULL);
	daemon_expect_times(
	    daemon, ": one: handshake-timeout: no worker was free in time", 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_ne(peer_run(crowd[i]), 0);
		peer_free(crowd[i]);
	}
	free(crowd);
	close(program);
	daemon_expect(daemon, ": two: done ");
	peer_free(holder);
	daemon_change(daemon, one_with_timeout("5m"));
	/* The server accepts again. */
	ck_assert_str_eq(peer_ask(one), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* --- a network namespace of its own ---------------------------------------------------- */

static bool
add_address(int fd, const char *host)
{
	struct in6_ifreq request = { .ifr6_prefixlen = 128,
		.ifr6_ifindex = (int)if_nametoindex("lo") };

	return inet_pton(AF_INET6, host, &request.ifr6_addr) == 1 &&
	       ioctl(fd, SIOCSIFADDR, &request) == 0;
}

/* Moves this process to a new network namespace and adds these addresses. */
static void
enter_network(void)
{
	ck_assert(privatenet_enter());
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert(add_address(fd, "2001:db8:0:1::1"));
	ck_assert(add_address(fd, "2001:db8:0:1::2"));
	ck_assert(add_address(fd, "2001:db8:0:2::1"));
	close(fd);
}

START_TEST(addresses_of_one_64_are_one_client)
{
	enter_network();
	struct daemon *daemon = serve_limited("", "max-per-ip = 1\nlisten = [::1]:0\n");
	unsigned one = daemon_port_of(daemon, "::1", "one");
	int first = begin(peer_dial_v6_from("2001:db8:0:1::1", one));

	expect_waiting("one", 1);
	expect_refusal(begin(peer_dial_v6_from("2001:db8:0:1::2", one)));
	daemon_expect(
	    daemon, ": one: refused-limit: max-per-ip is reached (of the service) ");
	expect_failed("one", "refused-limit", 1);
	ck_assert_str_eq(
	    peer_ask_over(peer_dial_v6_from("2001:db8:0:2::1", one), NULL), HELLO);
	close(first);
	daemon_stop(daemon);
}
END_TEST

START_TEST(networks_of_both_families_are_allowed_or_denied)
{
	enter_network();
	struct daemon *daemon = serve_limited(
	    "deny = 2001:db8:0:1::/64\n", "allow = 2001:db8::/32\nlisten = *:0\n");
	unsigned one = daemon_port_of(daemon, "::", "one");

	expect_refusal(begin(peer_dial_v6_from("2001:db8:0:1::2", one)));
	expect_refusal(begin(peer_dial_v6(one)));
	expect_refusal(dial_and_begin(daemon_port_of(daemon, "0.0.0.0", "one")));
	expect_failed("one", "refused-address", 3);
	ck_assert_str_eq(
	    peer_ask_over(peer_dial_v6_from("2001:db8:0:2::1", one), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

SUITE("limits", address_that_is_denied_is_refused,
    one_client_may_have_only_so_many_connections,
    process_may_have_only_so_many_connections,
    service_may_have_only_so_many_connections, burst_is_answered_and_then_only_the_rate,
    service_with_all_workers_busy_does_not_block_others,
    queued_connection_gets_a_worker_when_one_is_free,
    full_queue_of_a_service_refuses_the_oldest_connection,
    queued_connection_waits_for_a_worker_until_the_handshake_timeout)
SUITE_IF(privatenet_lacks, "networks", addresses_of_one_64_are_one_client,
    networks_of_both_families_are_allowed_or_denied)
