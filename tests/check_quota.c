/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd that lets in only whom, and as many as, it was told to. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "daemon.h"
#include "peer.h"
#include "suite.h"

#define HELLO "Hello, TLS!\n"
#define BIG (16 << 20)

/* A client that has begun its hello, so that it is accepted, and says no more. */
static int
dial_and_begin(unsigned port)
{
	int fd = peer_dial(port);

	peer_send(fd, "\x16", 1);
	return fd;
}

START_TEST(an_address_that_is_denied_is_refused)
{
	struct daemon *daemon = daemon_serve("deny = 192.0.2.0/24, 127.0.0.1\n");

	peer_see_off(dial_and_begin(daemon_port(daemon)));
	daemon_expect(daemon, ": tlsd: refused-address: the address is not allowed");
	daemon_configure(
	    daemon, daemon_ini("deny = 192.0.2.0/24\nallow = 127.0.0.0/8\n"));
	daemon_reload(daemon, "done");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(one_client_may_have_only_so_many_connections)
{
	struct daemon *daemon = daemon_serve("max-per-ip = 2\nhello-timeout = 5m\n");
	int first = dial_and_begin(daemon_port(daemon));
	int second = dial_and_begin(daemon_port(daemon));

	peer_see_off(dial_and_begin(daemon_port(daemon)));
	daemon_expect(daemon, ": tlsd: refused-limit: max-per-ip is reached");
	close(first);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	close(second);
	daemon_stop(daemon);
}
END_TEST

/* Two services: the first has one worker and a big file, the second a text. */
static struct daemon *
serve_two(const char *more)
{
	char *big = memory_new(BIG);
	const char *path = suite_path("big");

	ck_assert_int_eq(file_write(path, big, BIG, 0600, FILE_REPLACE), 0);
	char *ini =
	    memory_format("workers = 4\n%s[one]\nmax-workers = 1\nrespond = file\n"
			  "file = %s\n[two]\nlisten = %s\n",
		more, path, suite_path("two"));
	struct daemon *daemon = daemon_serve(ini);
	free(ini);
	free(big);
	return daemon;
}

START_TEST(a_service_whose_workers_are_held_blocks_no_other)
{
	struct daemon *daemon =
	    serve_two("idle-timeout = 5m\nhandshake-timeout = 1s\n");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *stuck = peer_new(peer_dial_narrow(one), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	/* The only worker that the service may have is writing: this one waits in vain. */
	ck_assert_int_ne(peer_try(one, NULL), 0);
	daemon_expect(daemon, ": one: handshake-timeout: its service's workers");
	ck_assert_str_eq(peer_ask_over(peer_dial_path(suite_path("two")), NULL), HELLO);
	peer_free(stuck);
	daemon_expect(daemon, ": one: early-close: ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(who_waits_for_a_worker_gets_it_when_it_is_free)
{
	struct daemon *daemon = serve_two("idle-timeout = 300ms\n");
	unsigned one = daemon_port_of(daemon, "127.0.0.1", "one");
	struct peer *stuck = peer_new(peer_dial_narrow(one), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	struct peer **crowd = peer_crowd(one, 3, NULL);
	daemon_expect(daemon, ": one: write-timeout: ");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(peer_run(crowd[i]), 0);
		ck_assert_uint_eq(crowd[i]->size, BIG);
		peer_free(crowd[i]);
	}
	free(crowd);
	peer_free(stuck);
	daemon_stop(daemon);
}
END_TEST

int
main(void)
{
	return SUITE_RUN("quota", an_address_that_is_denied_is_refused,
	    one_client_may_have_only_so_many_connections,
	    a_service_whose_workers_are_held_blocks_no_other,
	    who_waits_for_a_worker_gets_it_when_it_is_free);
}
