/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/connection/channel.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "client/connection/ending.h"
#include "client/options/options.h"
#include "client/options/parameters.h"
#include "lib/pki.h"
#include "lib/suite.h"

static gnutls_certificate_credentials_t credentials;
static struct options options;
static struct parameters parameters;

/* A TLS server; after the handshake it calls `speak`. */
struct server {
	int fd;
	pthread_t thread;
	const char *priority;
	void (*speak)(gnutls_session_t session);
};

static void *
serve(void *argument)
{
	struct server *server = argument;
	gnutls_datum_t key = { NULL, 0 };
	gnutls_session_t session;

	gnutls_session_ticket_key_generate(&key);
	gnutls_init(
	    &session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL | GNUTLS_NO_AUTO_SEND_TICKET);
	gnutls_priority_set_direct(session, server->priority, NULL);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_session_ticket_enable_server(session, &key);
	gnutls_transport_set_int(session, server->fd);
	if (gnutls_handshake(session) == 0)
		server->speak(session);
	gnutls_deinit(session);
	gnutls_free(key.data);
	close(server->fd);
	return NULL;
}

/* Returns a channel after a handshake with `server`, which runs until the channel is freed. */
static struct channel *
call(struct server *server)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	server->fd = fds[0];
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
	struct channel *channel = channel_new(fds[1], &parameters);
	ck_assert_int_eq(channel_handshake(channel, deadline_in(SUITE_PATIENCE_MS)), 0);
	ck_assert_int_eq(channel_flush(channel), 0);
	return channel;
}

static void
hang_up(struct channel *channel, struct server *server)
{
	channel_free(channel);
	pthread_join(server->thread, NULL);
}

static enum channel_event
read_one(struct channel *channel)
{
	struct pollfd pollfd = { .fd = channel_fd(channel), .events = POLLIN };
	char bytes[CHANNEL_PART];
	enum channel_event event;
	size_t got;

	while (
	    (event = channel_read(channel, bytes, sizeof bytes, &got)) == CHANNEL_WAIT)
		ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
	return event;
}

static void
send_tickets(gnutls_session_t session, int count)
{
	while (count-- > 0)
		if (gnutls_session_ticket_send(session, 1, 0) < 0)
			return;
}

static void
flood(gnutls_session_t session)
{
	send_tickets(session, 3000);
	gnutls_record_send(session, "late", 4);
}

static void
give_some_and_answer(gnutls_session_t session)
{
	for (int i = 0; i < 3; i++) {
		send_tickets(session, 500);
		gnutls_record_send(session, "data", 4);
	}
	gnutls_bye(session, GNUTLS_SHUT_WR);
}

static void
give_one_and_leave(gnutls_session_t session)
{
	send_tickets(session, 1);
}

static void
ask_anew(gnutls_session_t session)
{
	for (int i = 0; i < 3000; i++)
		if (gnutls_rehandshake(session) < 0)
			return;
	gnutls_record_send(session, "late", 4);
}

/* Sends without end, until the client has gone. */
static void
never_end(gnutls_session_t session)
{
	static const char bytes[CHANNEL_PART];

	while (gnutls_record_send(session, bytes, sizeof bytes) > 0) {
	}
}

static void
open_world(void)
{
	struct pki_pair *pair = pki_server(NULL);
	struct findings findings;

	findings_init(&findings);
	options = (struct options){ .timeout_ms = SUITE_PATIENCE_MS,
		.insecure = true,
		.servername = "localhost" };
	ck_assert_int_eq(parameters_load(&parameters, &options, &findings), 0);
	findings_fini(&findings);
	gnutls_certificate_allocate_credentials(&credentials);
	ck_assert_int_ge(
	    gnutls_certificate_set_x509_key(credentials, &pair->cert, 1, pair->key), 0);
	pki_free(pair);
}

static void
close_world(void)
{
	parameters_fini(&parameters);
	gnutls_certificate_free_credentials(credentials);
}

START_TEST(a_flood_of_tickets_is_a_failure)
{
	struct server server = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
		.speak = flood };

	open_world();
	struct channel *channel = call(&server);
	ck_assert_int_eq(read_one(channel), CHANNEL_FAILED);
	ck_assert_int_eq(channel_failure(channel), CHANNEL_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(channel_reason(channel), "records without data"));
	hang_up(channel, &server);
	close_world();
}
END_TEST

START_TEST(tickets_between_data_are_not_a_flood)
{
	struct server server = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
		.speak = give_some_and_answer };

	open_world();
	struct channel *channel = call(&server);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(read_one(channel), CHANNEL_DATA);
	ck_assert_int_eq(read_one(channel), CHANNEL_CLOSED);
	hang_up(channel, &server);
	close_world();
}
END_TEST

START_TEST(a_flood_of_requests_to_renegotiate_is_a_failure)
{
	struct server server = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		.speak = ask_anew };

	open_world();
	struct channel *channel = call(&server);
	ck_assert_int_eq(read_one(channel), CHANNEL_FAILED);
	hang_up(channel, &server);
	close_world();
}
END_TEST

START_TEST(an_answer_without_end_is_not_heard_out)
{
	struct server server = { .priority = "NORMAL", .speak = never_end };

	open_world();
	struct channel *channel = call(&server);
	ck_assert_int_eq(ending_await(channel, &options).kind, ENDING_LONG);
	hang_up(channel, &server);
	close_world();
}
END_TEST

/* As nginx ends a connection on which no request came. */
START_TEST(a_ticket_is_kept_after_an_end_without_close_notify)
{
	struct server server = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
		.speak = give_one_and_leave };
	gnutls_datum_t ticket = { NULL, 0 };

	open_world();
	struct channel *channel = call(&server);
	channel_collect_ticket(channel, &ticket);
	ck_assert_int_eq(ending_await(channel, &options).kind, ENDING_CUT);
	ck_assert_uint_gt(ticket.size, 0);
	hang_up(channel, &server);
	gnutls_free(ticket.data);
	close_world();
}
END_TEST

SUITE("channel", a_flood_of_tickets_is_a_failure, tickets_between_data_are_not_a_flood,
    a_flood_of_requests_to_renegotiate_is_a_failure,
    an_answer_without_end_is_not_heard_out,
    a_ticket_is_kept_after_an_end_without_close_notify)
