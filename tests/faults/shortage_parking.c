/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd in which allocations fail for parked connections: only the
 * connection that needed them breaks. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "faults/poor.h"

#define COMPLETE "early-answer = no\n"
#define LONG \
	(5 << 20) /* bytes: more than the kernel buffers for a client that does not read */

static void
fail_each(const char *ini, const struct life *life)
{
	if (life->pair != NULL)
		poor_fail_each_client(ini, life, GNUTLS_PK_ECDSA);
	else
		poor_fail_each(ini, life);
}

/* Tests with the reserve; then without it, where the next connection waits, too. */
static void
fail_each_that_waits(const char *ini, const struct life *next)
{
	struct life life = *next;

	life.waits = true;
	life.next = next;
	fail_each(ini, &life);
	life.bare = true;
	life.next = NULL;
	fail_each(ini, &life);
}

START_TEST(parked_tls12_handshake_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 } };

	fail_each_that_waits("", &life);
}
END_TEST

START_TEST(parked_tls13_handshake_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 } };

	fail_each_that_waits(COMPLETE, &life);
}
END_TEST

START_TEST(resumed_session_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.resumed = true };

	fail_each_that_waits("", &life);
}
END_TEST

START_TEST(parked_client_auth_handshake_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "client" };

	fail_each_that_waits("", &life);
}
END_TEST

/* Writes a file whose pieces all differ. Returns its text. */
static const char *
make_long_file(void)
{
	char *text = memory_new(LONG + 1);

	for (size_t i = 0; i < LONG; i += 8)
		snprintf(text + i, 9, "%07zu\n", i / 8);
	suite_file("long", text);
	return suite_take(text);
}

static void
fail_each_that_stalls(const struct peer_options *options, bool resumed, bool bare)
{
	const char *text = make_long_file();
	const struct life next = {
		.options = *options, .answer = text, .resumed = resumed
	};
	char *ini = memory_format("respond = file\nfile = %s\n", suite_path("long"));
	struct life life = next;

	life.stalls = true;
	life.bare = bare;
	life.next = &next;
	poor_fail_each(ini, &life);
	free(ini);
}

static const struct peer_options tls12 = { .priority = POOR_TLS12 };
static const struct peer_options tls13 = { .priority = POOR_TLS13 };

START_TEST(parked_answer_survives_every_allocation_failure)
{
	fail_each_that_stalls(&tls12, false, false);
}
END_TEST

START_TEST(parked_answer_without_a_reserve_survives_every_allocation_failure)
{
	fail_each_that_stalls(&tls12, false, true);
	fail_each_that_stalls(&tls13, false, true);
}
END_TEST

START_TEST(parked_early_answer_survives_every_allocation_failure)
{
	fail_each_that_stalls(&tls13, true, true);
}
END_TEST

START_TEST(idle_clients_survive_every_allocation_failure)
{
	static const struct life words = { .options = { .priority = POOR_TLS13 },
		.words = "to be said again\n",
		.idles = true };
	static const struct life request = { .options = { .priority = POOR_TLS12 },
		.words = "GET / HTTP/1.0\r\n\r\n",
		.opening = "HTTP/1.0 200 OK\r\n",
		.idles = true };

	poor_fail_each("respond = echo\n", &words);
	poor_fail_each("respond = exec\nexec = /bin/cat\n", &words);
	poor_fail_each("respond = status\n", &request);
}
END_TEST

/* Lets the backend's path lead to a socket with a full backlog, or to a free one. */
static void
point_backend(bool at_full)
{
	const char *path = suite_path("backend"), *next = suite_path("next");

	ck_assert_int_eq(symlink(suite_path(at_full ? "full" : "free"), next), 0);
	ck_assert_int_eq(rename(next, path), 0);
}

/* Sends POOR_HELLO to each connection until it is cancelled. */
static void *
welcome(void *argument)
{
	const int *listener = argument;
	int fd;

	while ((fd = accept(*listener, NULL, NULL)) >= 0) {
		send(fd, POOR_HELLO, strlen(POOR_HELLO), MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

START_TEST(relays_to_a_full_backlog_survive_every_allocation_failure)
{
	static const struct life next = { .options = { .priority = POOR_TLS13 } };
	int full = peer_listen_path(suite_path("full"), 0);
	int free_one = peer_listen_path(suite_path("free"), 16);
	int filler = peer_dial_path(suite_path("full"));
	struct life life = next;
	pthread_t thread;

	point_backend(false);
	ck_assert_int_eq(pthread_create(&thread, NULL, welcome, &free_one), 0);
	const char *ini =
	    suite_format("respond = connect\nconnect = %s\n", suite_path("backend"));
	life.idles = true;
	life.hold = point_backend;
	life.next = &next;
	poor_fail_each(ini, &life);
	life.bare = true;
	poor_fail_each(ini, &life);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	close(filler);
	close(free_one);
	close(full);
}
END_TEST

static void
leave(const struct peer *peer)
{
	shutdown(peer->fd, SHUT_RDWR);
}

START_TEST(slowly_ending_programs_survive_every_allocation_failure)
{
	struct life life = { .options = { .priority = POOR_TLS13 },
		.idles = true,
		.leave = leave,
		.refused = ": tlsd: done TLS1.3 " };
	const char *script =
	    suite_file("script", "trap 'sleep 0.02; exit' TERM\n"
				 "for i in $(seq 20000); do sleep 0.01; done\n");
	const char *ini = suite_format("respond = exec\nexec = /bin/sh %s\n", script);

	poor_fail_each(ini, &life);
	life.bare = true;
	poor_fail_each(ini, &life);
}
END_TEST

POOR("shortage while clients are parked",
    parked_tls12_handshake_survives_every_allocation_failure,
    parked_tls13_handshake_survives_every_allocation_failure,
    resumed_session_survives_every_allocation_failure,
    parked_client_auth_handshake_survives_every_allocation_failure,
    parked_answer_survives_every_allocation_failure,
    parked_answer_without_a_reserve_survives_every_allocation_failure,
    parked_early_answer_survives_every_allocation_failure,
    idle_clients_survive_every_allocation_failure,
    relays_to_a_full_backlog_survive_every_allocation_failure,
    slowly_ending_programs_survive_every_allocation_failure)
