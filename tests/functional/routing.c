/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd whose services share a listener. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"
#include "lib/talk.h"

static unsigned
port_of(struct daemon *daemon, const char *service)
{
	return daemon_port_of(daemon, "127.0.0.1", service);
}

/* Returns the answer to a client that names `name` and offers `protocol`. */
static const char *
answer(unsigned port, const char *name, const char *protocol)
{
	struct peer_options options = { .name = name, .alpn = protocol };

	return peer_ask_over(peer_dial(port), &options);
}

/* Expects a client that names `name` and offers `protocol` to get the fatal alert `alert`. */
static void
is_told(unsigned port, const char *name, const char *protocol, int alert)
{
	struct peer_options options = { .name = name, .alpn = protocol };
	struct peer *peer = peer_new(peer_dial(port), &options);

	ck_assert_int_eq(peer_run(peer), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq((int)gnutls_alert_get(peer->tls), alert);
	peer_free(peer);
}

START_TEST(server_name_selects_the_service)
{
	struct daemon *daemon = daemon_serve("[a]\nserver-name = a.org\ntext = A\n"
					     "[b]\nserver-name = *.b.org\ntext = B\n"
					     "[c]\ntext = C\n");
	unsigned port = port_of(daemon, "c");

	ck_assert_uint_eq(port_of(daemon, "a"), port);
	ck_assert_str_eq(answer(port, "a.org", NULL), "A");
	ck_assert_str_eq(answer(port, "www.B.org", NULL), "B");
	ck_assert_str_eq(answer(port, "d.org", NULL), "C");
	ck_assert_str_eq(answer(port, NULL, NULL), "C");
	daemon_expect(daemon, ": b: done TLS1.3 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(connection_has_the_settings_of_the_named_service)
{
	struct daemon *daemon =
	    daemon_serve("[a]\nserver-name = a\ntext = A\nprofile = tls13\n"
			 "[b]\nserver-name = b\ntext = B\n");
	struct peer_options old = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		.name = "b" };

	ck_assert_str_eq(peer_ask_over(peer_dial(port_of(daemon, "b")), &old), "B");
	old.name = "a";
	ck_assert_int_eq(
	    peer_try(port_of(daemon, "a"), &old), GNUTLS_E_FATAL_ALERT_RECEIVED);
	daemon_expect(daemon, ": a: version: ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(strict_listener_refuses_other_names)
{
	struct daemon *daemon =
	    daemon_serve("workers = 1\n[a]\nserver-name = a.org\nsni-strict = yes\n");
	unsigned port = port_of(daemon, "a");

	is_told(port, "b.org", NULL, GNUTLS_A_UNRECOGNIZED_NAME);
	is_told(port, NULL, NULL, GNUTLS_A_UNRECOGNIZED_NAME);
	daemon_expect_times(daemon, ": a: sni: ", 2);
	ck_assert_str_eq(answer(port, "a.org", NULL), "Hello, TLS!\n");
	daemon_stop(daemon);
}
END_TEST

START_TEST(alpn_selects_among_services_of_one_server_name)
{
	struct daemon *daemon = daemon_serve("[a]\nalpn = h2\ntext = A\n"
					     "[b]\nalpn = imap\ntext = B\n");
	unsigned port = port_of(daemon, "a");

	ck_assert_str_eq(answer(port, NULL, "h2"), "A");
	ck_assert_str_eq(answer(port, "x.org", "imap"), "B");
	is_told(port, NULL, "smtp", GNUTLS_A_NO_APPLICATION_PROTOCOL);
	daemon_expect(daemon, ": a: alpn: ");
	daemon_expect(daemon, " alpn=imap ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(limits_are_those_of_the_service_named)
{
	struct daemon *daemon =
	    daemon_serve("[a]\nserver-name = a\ntext = A\ndeny = 127.0.0.0/8\n"
			 "[b]\nserver-name = b\ntext = B\n");
	unsigned port = port_of(daemon, "a");
	struct peer_options options = { .name = "a" };

	ck_assert_int_ne(peer_try(port, &options), 0);
	daemon_expect(daemon, ": a: refused-address: ");
	ck_assert_str_eq(answer(port, "b", NULL), "B");
	daemon_stop(daemon);
}
END_TEST

START_TEST(full_service_does_not_affect_other_services)
{
	struct daemon *daemon =
	    daemon_serve("hello-timeout = 5m\n[a]\nserver-name = a\n"
			 "respond = echo\nmax-clients = 1\n"
			 "[b]\nserver-name = b\ntext = B\n");
	unsigned port = port_of(daemon, "a");
	struct peer_options options = { .name = "a" };
	struct peer *peer = peer_new(peer_dial(port), &options);

	ck_assert_int_eq(peer_shake(peer), 0);
	ck_assert_int_ne(peer_try(port, &options), 0);
	daemon_expect(daemon, ": a: refused-limit: max-clients is reached");
	ck_assert_str_eq(answer(port, "b", NULL), "B");
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* Sends another name in the second ClientHello. */
static ssize_t
push_other_name(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct peer *peer = pointer;
	unsigned char copy[4096];

	ck_assert_uint_le(size, sizeof copy);
	memcpy(copy, bytes, size);
	unsigned char *name = memmem(copy, size, "a.example.org", 13);
	if (name != NULL && peer->first_sent)
		name[0] = 'b';
	peer->first_sent = peer->first_sent || name != NULL;
	return send(peer->fd, copy, size, MSG_NOSIGNAL);
}

/* The server lacks the group of this client's key share, so it requests another ClientHello. */
#define ASKS_TWICE \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP521R1:+GROUP-SECP384R1"

static void
expect_number(const char *name, const char *service, unsigned value)
{
	daemon_expect_figure(
	    memory_format("\n%s{service=\"%s\"} %u\n", name, service, value));
}

static void
expect_result(const char *service, const char *result, unsigned value)
{
	daemon_expect_figure(
	    memory_format("\ntlsd_connections_total{service=\"%s\",result=\"%s\"} %u\n",
		service, result, value));
}

/* Expects these numbers of a service's connections. */
static void
expect_sums(const char *service, unsigned done, unsigned failed, unsigned active)
{
	expect_result(service, "done", done);
	expect_result(service, "failed", failed);
	expect_number("tlsd_active", service, active);
	expect_number("tlsd_accepted_total", service, done + failed + active);
}

START_TEST(each_connection_is_accepted_for_the_service_that_serves_it)
{
	struct daemon *daemon = daemon_serve(suite_format(
	    "control-socket = %s\nhello-timeout = 5m\n[a]\nserver-name = a.org\n"
	    "text = A\n[b]\nserver-name = b.org\nrespond = echo\n[c]\ntext = C\n",
	    suite_path("control")));
	unsigned port = port_of(daemon, "a");
	struct peer_options b = { .name = "b.org" };
	int silent = peer_dial(port);

	daemon_expect_figure(memory_format("\ntlsd_unrouted 1\n"));
	ck_assert_str_eq(answer(port, "a.org", NULL), "A");
	ck_assert_str_eq(answer(port, "a.org", NULL), "A");
	ck_assert_str_eq(answer(port, NULL, NULL), "C");
	struct peer *echo = talk_meet(port, &b);
	expect_sums("a", 2, 0, 0);
	expect_sums("b", 0, 0, 1);
	expect_sums("c", 1, 0, 0);
	/* A connection that ends before its name is known counts for the default service. */
	close(silent);
	daemon_expect_figure(memory_format("\ntlsd_unrouted 0\n"));
	expect_sums("c", 1, 1, 0);
	peer_free(echo);
	expect_number("tlsd_active", "b", 0);
	expect_number("tlsd_accepted_total", "b", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(second_hello_may_not_name_another_service)
{
	struct daemon *daemon =
	    daemon_serve("[a]\nserver-name = a.example.org\ntext = A\n"
			 "[b]\nserver-name = b.example.org\ntext = B\n");
	struct peer_options options = { .priority = ASKS_TWICE,
		.name = "a.example.org" };
	unsigned port = port_of(daemon, "a");

	ck_assert_str_eq(peer_ask_over(peer_dial(port), &options), "A");
	struct peer *peer = peer_new(peer_dial(port), &options);
	gnutls_transport_set_push_function(peer->tls, push_other_name);
	ck_assert_int_eq(peer_run(peer), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq((int)gnutls_alert_get(peer->tls), GNUTLS_A_ILLEGAL_PARAMETER);
	peer_free(peer);
	daemon_expect(daemon, ": a: protocol: ");
	daemon_stop(daemon);
}
END_TEST

/* A service for an underscored name, and one for the others. */
#define UNDERSCORED                                                                   \
	"[a]\nserver-name = my_host.example.org\ntext = A\n[b]\ndefault = yes\ntext " \
	"= B\n"

START_TEST(name_with_an_underscore_is_served)
{
	struct daemon *daemon = daemon_serve(UNDERSCORED);
	struct peer_options old = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		.name = "my_host.example.org" };
	struct peer_options again = { .priority = ASKS_TWICE,
		.name = "My_Host.example.org" };
	unsigned port = port_of(daemon, "a");

	ck_assert_str_eq(answer(port, "my_host.example.org", NULL), "A");
	ck_assert_str_eq(peer_ask_over(peer_dial(port), &old), "A");
	ck_assert_str_eq(peer_ask_over(peer_dial(port), &again), "A");
	daemon_expect_times(daemon, " sni=my_host.example.org ", 2);
	daemon_expect(daemon, " sni=My_Host.example.org ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(dot_at_the_end_of_a_name_does_not_matter)
{
	struct daemon *daemon = daemon_serve(UNDERSCORED);
	unsigned port = port_of(daemon, "a");

	ck_assert_str_eq(answer(port, "my_host.example.org.", NULL), "A");
	daemon_expect(daemon, " sni=my_host.example.org ");
	daemon_stop(daemon);
}
END_TEST

static const char *const no_hosts[] = { "my_host.example.org:443", "2001:db8::1", "a b",
	"*.example.org", "a..b" };

START_TEST(name_that_is_not_a_host_name_gets_the_default_service)
{
	struct daemon *daemon = daemon_serve(UNDERSCORED);
	unsigned port = port_of(daemon, "a");

	for (size_t i = 0; i < sizeof no_hosts / sizeof no_hosts[0]; i++)
		ck_assert_str_eq(answer(port, no_hosts[i], NULL), "B");
	daemon_expect_times(daemon, ": b: done ", 5);
	daemon_expect_times(daemon, " sni=- ", 5);
	daemon_stop(daemon);
}
END_TEST

START_TEST(strict_listener_refuses_a_name_that_is_not_a_host)
{
	struct daemon *daemon =
	    daemon_serve("[a]\nserver-name = a.org\nsni-strict = yes\n");
	unsigned port = port_of(daemon, "a");

	for (size_t i = 0; i < sizeof no_hosts / sizeof no_hosts[0]; i++)
		is_told(port, no_hosts[i], NULL, GNUTLS_A_UNRECOGNIZED_NAME);
	daemon_expect_times(daemon, ": a: sni: the server name is not a host", 5);
	daemon_stop(daemon);
}
END_TEST

/* A well-formed ClientHello that names `name`, or NULL; it can be changed before it is sent. */
struct raw {
	unsigned char bytes[2048];
	size_t size;
	unsigned char *name;
};

static void
make_raw(struct raw *raw, const struct peer_options *options)
{
	raw->size = peer_hello_of(options, raw->bytes);
	raw->name = options->name == NULL ? NULL
	                                  : memmem(raw->bytes, raw->size, options->name,
						strlen(options->name));
}

/* Expects the server to answer the bytes with the fatal alert `alert`. */
static void
is_refused(unsigned port, const void *bytes, size_t size, int alert)
{
	int fd = peer_dial(port);
	unsigned char said[64];

	peer_send(fd, bytes, size);
	ck_assert_uint_eq(peer_hear(fd, (char *)said, sizeof said), 7);
	ck_assert_uint_eq(said[0], 21);
	ck_assert_uint_eq(said[5], 2);
	ck_assert_int_eq(said[6], alert);
}

/* The library would use the host, which comes second. A service with the rules of the
 * default one would get that name. */
START_TEST(name_of_another_type_before_the_host_is_refused)
{
	struct daemon *daemon = daemon_serve(UNDERSCORED);
	struct peer_options options = { .name = "0123my-host.example.org" };
	struct raw raw;

	make_raw(&raw, &options);
	memcpy(raw.name - 3, "\x01\x00\x01x\x00\x00\x13", 7);
	is_refused(port_of(daemon, "a"), raw.bytes, raw.size, GNUTLS_A_DECODE_ERROR);
	daemon_expect(daemon, ": b: protocol: the ClientHello is malformed");
	daemon_stop(daemon);
}
END_TEST

/* Connects, resumes `session` unless it is NULL, and reads the answer. Returns the client. */
static struct peer *
visit(unsigned port, const struct peer_options *options, const gnutls_datum_t *session)
{
	struct peer *peer = peer_new(peer_dial(port), options);

	if (session != NULL)
		ck_assert_int_eq(
		    gnutls_session_set_data(peer->tls, session->data, session->size),
		    0);
	ck_assert_int_eq(peer_run(peer), 0);
	return peer;
}

static bool
resumes(unsigned port, const char *name, const gnutls_datum_t *session)
{
	struct peer_options options = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		.name = name };
	struct peer *peer = visit(port, &options, session);
	bool resumed = gnutls_session_is_resumed(peer->tls);

	peer_free(peer);
	return resumed;
}

/* The profiles issue no tickets for TLS 1.2. */
#define OLD_TICKETS                                                     \
	"priority = NONE:+VERS-TLS1.2:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:" \
	"+GROUP-X25519:+GROUP-SECP256R1:+SIGN-ALL\nallow-weak = yes\n"

/* RFC 6066, 3: a session must not be resumed with another name. The library does not
 * see this name. */
START_TEST(session_is_resumed_for_the_same_underscored_name_only)
{
	struct daemon *daemon = daemon_serve(OLD_TICKETS);
	struct peer_options options = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		.name = "my_host" };
	unsigned port = daemon_port(daemon);
	gnutls_datum_t session;
	struct peer *peer = visit(port, &options, NULL);

	ck_assert_int_eq(gnutls_session_get_data2(peer->tls, &session), 0);
	peer_free(peer);
	ck_assert(resumes(port, "my_host", &session));
	ck_assert(!resumes(port, "your_host", &session));
	ck_assert(!resumes(port, "host", &session));
	ck_assert(!resumes(port, NULL, &session));
	gnutls_free(session.data);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_moves_a_name_to_another_service)
{
	struct daemon *daemon = daemon_serve("[a]\nserver-name = a, x\ntext = A\n"
					     "[b]\nserver-name = b\ntext = B\n");
	unsigned port = port_of(daemon, "a");

	ck_assert_str_eq(answer(port, "x", NULL), "A");
	daemon_change(daemon, "[a]\nserver-name = a\ntext = A\n"
			      "[b]\nserver-name = b, x\ntext = B\n");
	ck_assert_str_eq(answer(port, "x", NULL), "B");
	daemon_change(daemon, "[b]\nserver-name = b, x\ntext = B\n");
	ck_assert_str_eq(answer(port, "a", NULL), "B");
	daemon_configure(daemon, daemon_ini("[a]\nserver-name = x\n"
					    "[b]\nserver-name = x\n"));
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, "server-name: x at [127.0.0.1]:0 already belongs to [a]");
	ck_assert_str_eq(answer(port, "a", NULL), "B");
	daemon_stop(daemon);
}
END_TEST

START_TEST(check_prints_the_routing_of_each_service)
{
	const char *output;
	const char *ini = suite_file("t.ini",
	    daemon_ini("[a]\nserver-name = a, *.a.org\nsni-strict = yes\n[b]\n"));

	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "-t", "-c", ini }), 0);
	ck_assert_ptr_nonnull(strstr(output, "  server-name: a *.a.org\n"));
	ck_assert_ptr_nonnull(strstr(output, "  sni-strict:  other names"));
	ck_assert_ptr_nonnull(
	    strstr(output, "  default:     for other clients at [127.0.0.1]:0\n"));
}
END_TEST

SUITE("routing", server_name_selects_the_service,
    connection_has_the_settings_of_the_named_service,
    strict_listener_refuses_other_names, alpn_selects_among_services_of_one_server_name,
    limits_are_those_of_the_service_named, full_service_does_not_affect_other_services,
    each_connection_is_accepted_for_the_service_that_serves_it,
    second_hello_may_not_name_another_service, name_with_an_underscore_is_served,
    dot_at_the_end_of_a_name_does_not_matter,
    name_that_is_not_a_host_name_gets_the_default_service,
    strict_listener_refuses_a_name_that_is_not_a_host,
    name_of_another_type_before_the_host_is_refused,
    session_is_resumed_for_the_same_underscored_name_only,
    reload_moves_a_name_to_another_service, check_prints_the_routing_of_each_service)
