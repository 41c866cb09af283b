/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a real tlsd answers a resuming client before the client's Finished, and
 * that the rest of the connection is as usual. */
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define LONG_ANSWER 100000
/* A cipher that few libraries support. */
#define CCM "priority = NORMAL:+AES-128-CCM\nallow-weak = yes\n"
#define AHEAD 16384 /* bytes of the answer in the server's first flight */

/* A blocking client that holds back what it sends after its ClientHello. */
struct client {
	int fd;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
	bool greeted, released;
	char held[4096];
	size_t held_size;
};

static gnutls_datum_t ticket; /* of the last connection */

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct client *client = pointer;

	if (!client->greeted || client->released) {
		client->greeted = true;
		return send(client->fd, bytes, size, MSG_NOSIGNAL);
	}
	ck_assert_uint_le(size, sizeof client->held - client->held_size);
	memcpy(client->held + client->held_size, bytes, size);
	client->held_size += size;
	return (ssize_t)size;
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	const struct client *client = pointer;

	return recv(client->fd, bytes, size, 0);
}

/* Makes a handshake. The client accepts at most `record_size` bytes in a record; 0: no limit. */
static void
shake_hands(
    struct client *client, unsigned port, const char *priority, size_t record_size)
{
	*client = (struct client){ .fd = peer_dial(port) };
	ck_assert_int_eq(gnutls_init(&client->tls, GNUTLS_CLIENT), 0);
	ck_assert_int_eq(gnutls_priority_set_direct(client->tls, priority, NULL), 0);
	gnutls_certificate_allocate_credentials(&client->credentials);
	gnutls_credentials_set(
	    client->tls, GNUTLS_CRD_CERTIFICATE, client->credentials);
	gnutls_transport_set_ptr(client->tls, client);
	gnutls_transport_set_push_function(client->tls, push);
	gnutls_transport_set_pull_function(client->tls, pull);
	if (record_size > 0)
		ck_assert_int_eq(
		    gnutls_record_set_max_recv_size(client->tls, record_size), 0);
	if (ticket.data != NULL)
		ck_assert_int_eq(
		    gnutls_session_set_data(client->tls, ticket.data, ticket.size), 0);
	ck_assert_int_eq(gnutls_handshake(client->tls), 0);
	ck_assert_int_eq(
	    gnutls_session_is_resumed(client->tls) != 0, ticket.data != NULL);
}

/* Reads `size` bytes of the answer. */
static void
hear(struct client *client, char *answer, size_t size)
{
	for (size_t have = 0; have < size;) {
		ssize_t n = gnutls_record_recv(client->tls, answer + have, size - have);
		if (n == GNUTLS_E_AGAIN) /* a ticket was received */
			continue;
		ck_assert_int_gt(n, 0);
		have += (size_t)n;
	}
}

/* Returns the result of the next read: 0 at the end, or an error. */
static int
hear_end(struct client *client)
{
	char byte;
	ssize_t n;

	do
		n = gnutls_record_recv(client->tls, &byte, 1);
	while (n == GNUTLS_E_AGAIN);
	return (int)n;
}

static void
release(struct client *client)
{
	client->released = true;
	peer_send(client->fd, client->held, client->held_size);
}

/* Closes the connection and keeps its ticket, if there is one. */
static void
hang_up(struct client *client)
{
	gnutls_free(ticket.data);
	ticket.data = NULL;
	if (gnutls_session_get_flags(client->tls) & GNUTLS_SFLAGS_SESSION_TICKET)
		ck_assert_int_eq(gnutls_session_get_data2(client->tls, &ticket), 0);
	gnutls_deinit(client->tls);
	gnutls_certificate_free_credentials(client->credentials);
	close(client->fd);
}

/* Makes a whole connection; `ahead` bytes of the answer must come before the client's Finished. */
static void
converse(unsigned port, const char *priority, size_t record_size, const char *answer,
    size_t ahead)
{
	struct client client;
	size_t size = strlen(answer);
	char *heard = calloc(1, size + 1);

	shake_hands(&client, port, priority, record_size);
	hear(&client, heard, ahead);
	release(&client);
	hear(&client, heard + ahead, size - ahead);
	ck_assert_str_eq(heard, answer);
	ck_assert_int_eq(hear_end(&client), 0);
	hang_up(&client);
	ck_assert_ptr_nonnull(ticket.data);
	free(heard);
}

/* Resumes twice, because the second ticket was issued after an early answer. */
static void
resume(const char *ini, const char *priority, size_t record_size, const char *answer,
    size_t ahead)
{
	struct daemon *daemon = daemon_serve(ini);
	unsigned port = daemon_port(daemon);

	converse(port, priority, record_size, answer, 0);
	converse(port, priority, record_size, answer, ahead);
	converse(port, priority, record_size, answer, ahead);
	daemon_expect_times(daemon, " resumed=yes early=yes ", 2);
	gnutls_free(ticket.data);
	ticket.data = NULL;
	daemon_stop(daemon);
}

START_TEST(resuming_client_is_answered_before_its_finished)
{
	resume("", TLS13, 0, HELLO, strlen(HELLO));
}
END_TEST

START_TEST(early_answer_works_with_every_cipher)
{
	resume(CCM, TLS13 ":-CIPHER-ALL:+AES-128-GCM", 0, HELLO, strlen(HELLO));
	resume(CCM, TLS13 ":-CIPHER-ALL:+AES-256-GCM", 0, HELLO, strlen(HELLO));
	resume(CCM, TLS13 ":-CIPHER-ALL:+CHACHA20-POLY1305", 0, HELLO, strlen(HELLO));
	resume(CCM, TLS13 ":-CIPHER-ALL:+AES-128-CCM", 0, HELLO, strlen(HELLO));
}
END_TEST

static const char *
make_long_answer(void)
{
	char *answer = malloc(LONG_ANSWER + 1);

	for (size_t i = 0; i < LONG_ANSWER; i++)
		answer[i] = (char)('a' + i * 7 % 26);
	answer[LONG_ANSWER] = '\0';
	return suite_take(answer);
}

/* Resumes and reads a long file as the answer. */
static void
resume_for_file(const char *priority, size_t record_size)
{
	const char *answer = make_long_answer();
	char *ini =
	    memory_format("respond = file\nfile = %s\n", suite_file("long", answer));

	resume(ini, priority, record_size, answer, AHEAD);
	free(ini);
}

START_TEST(start_of_a_long_answer_is_sent_before_client_finished)
{
	resume_for_file(TLS13, 0);
}
END_TEST

/* Clients would refuse larger ones. */
START_TEST(records_are_as_small_as_the_client_wants_them)
{
	resume_for_file(TLS13, 600);
	resume_for_file(TLS13 ":%ALLOW_SMALL_RECORDS", 64);
}
END_TEST

/* Resumes and reads the answer without sending Finished. */
static void
resume_unfinished(struct client *client, unsigned port)
{
	char heard[sizeof HELLO] = "";

	converse(port, TLS13, 0, HELLO, 0);
	shake_hands(client, port, TLS13, 0);
	hear(client, heard, strlen(HELLO));
	ck_assert_str_eq(heard, HELLO);
}

START_TEST(client_with_a_bad_finished_gets_an_alert)
{
	struct daemon *daemon = daemon_serve("");
	unsigned port = daemon_port(daemon);
	struct client client;

	resume_unfinished(&client, port);
	client.held[client.held_size - 1] ^= 1;
	release(&client);
	ck_assert_int_eq(hear_end(&client), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq(gnutls_alert_get(client.tls), GNUTLS_A_BAD_RECORD_MAC);
	hang_up(&client);
	daemon_expect(daemon, ": tlsd: protocol: ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(early_answered_client_without_finished_gets_handshake_timeout)
{
	struct daemon *daemon =
	    daemon_serve("handshake-timeout = 1s\nidle-timeout = 5m\n");
	unsigned port = daemon_port(daemon);
	struct client client;

	resume_unfinished(&client, port);
	daemon_expect(daemon, ": tlsd: handshake-timeout: ");
	hang_up(&client);
	daemon_stop(daemon);
}
END_TEST

START_TEST(early_answered_client_does_not_hold_a_worker)
{
	struct daemon *daemon = daemon_serve("workers = 1\nhandshake-timeout = 5m\n");
	unsigned port = daemon_port(daemon);
	struct client client;

	resume_unfinished(&client, port);
	ck_assert_str_eq(peer_ask(port), HELLO);
	release(&client);
	ck_assert_int_eq(hear_end(&client), 0);
	hang_up(&client);
	daemon_expect(daemon, " resumed=yes early=yes ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(early_answer_no_disables_early_answers)
{
	struct daemon *daemon = daemon_serve("early-answer = no\n");
	unsigned port = daemon_port(daemon);
	struct client client;
	char heard[sizeof HELLO] = "";

	for (int i = 0; i < 2; i++) {
		shake_hands(&client, port, TLS13, 0);
		release(&client);
		hear(&client, heard, strlen(HELLO));
		ck_assert_int_eq(hear_end(&client), 0);
		hang_up(&client);
	}
	daemon_expect(daemon, " resumed=yes early=no ");
	daemon_stop(daemon);
}
END_TEST

SUITE("earlydata", resuming_client_is_answered_before_its_finished,
    early_answer_works_with_every_cipher,
    start_of_a_long_answer_is_sent_before_client_finished,
    records_are_as_small_as_the_client_wants_them,
    client_with_a_bad_finished_gets_an_alert,
    early_answered_client_without_finished_gets_handshake_timeout,
    early_answered_client_does_not_hold_a_worker,
    early_answer_no_disables_early_answers)
