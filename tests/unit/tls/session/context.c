/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The group of whole handshakes, with a client of GnuTLS. X448, which no profile has, takes the
 * part of a hybrid group: every GnuTLS knows it.
 */
#include "tls/session/context.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/keys/keyring.h"
#include "tls/policy/hybrids.h"
#include "tls/session/handshake.h"
#include "tls/session/session.h"
#include "tls/transport/output.h"
#include "tls/transport/transport.h"

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-GROUP-ALL:"
#define TURNS_MAX 8

static const struct hybrids stand_in = { { "X448" }, 1 };
static struct context *context;
static struct transport transport;
static gnutls_certificate_credentials_t credentials;

/* A client, and what it has seen. */
static struct {
	gnutls_session_t tls;
	int fds[2]; /* the server's and its own */
	int hellos; /* that it has sent */
	int turns; /* of the server, until the handshake was complete for it */
	char group[32]; /* that was agreed on; "" if none was */
} client;

static int
count_hello(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	(void)tls, (void)type, (void)when, (void)incoming, (void)message;
	client.hellos++;
	return 0;
}

/* Makes a service with a certificate, and the stand-in as the hybrid group of the library. */
static void
set_up(void)
{
	struct context_settings settings = { .pairs.cert_dir = memory_copy(""),
		.client.psk_file = memory_copy(""),
		.pairs.pin_file = memory_copy(""),
		.client.authorized_certs = memory_copy(""),
		.policy = { .tls_max = 1, .hybrids = &stand_in } };
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .name = "localhost" }, NULL);
	const char *cert = suite_file("a.crt", pki_cert_pem(pair));
	const char *key = pki_key_file("a.key", pair);
	struct keyring *keyring = keyring_new(NULL);
	struct findings findings;

	findings_init(&findings);
	stringlist_add(&settings.pairs.cert, cert, strlen(cert));
	stringlist_add(&settings.pairs.key, key, strlen(key));
	context = context_new("hello", &settings, keyring, &findings);
	ck_assert_msg(context != NULL, "%s",
	    findings.count > 0 ? findings.items[0].text : "no reason");
	keyring_free(keyring);
	findings_fini(&findings);
	stringlist_fini(&settings.pairs.cert);
	stringlist_fini(&settings.pairs.key);
	free(settings.pairs.cert_dir);
	free(settings.client.psk_file);
	free(settings.pairs.pin_file);
	free(settings.client.authorized_certs);
	pki_free(pair);
	ck_assert_int_eq(transport_init(&transport), 0);
	ck_assert_int_eq(gnutls_certificate_allocate_credentials(&credentials), 0);
}

static void
tear_down(void)
{
	gnutls_certificate_free_credentials(credentials);
	transport_fini(&transport);
	context_free(context);
}

static void
start_client(const char *groups, unsigned flags)
{
	char *priority = memory_format("%s%s", PRIORITY, groups);

	memset(&client, 0, sizeof client);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			     0, client.fds),
	    0);
	gnutls_init(&client.tls, GNUTLS_CLIENT | flags);
	ck_assert_int_eq(gnutls_priority_set_direct(client.tls, priority, NULL), 0);
	gnutls_credentials_set(client.tls, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_handshake_set_hook_function(
	    client.tls, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, count_hello);
	gnutls_transport_set_int(client.tls, client.fds[1]);
	free(priority);
}

/* Connects a client that supports `groups` and sends as many shares as `flags` says. */
static void
connect_client(const char *groups, unsigned flags, unsigned start)
{
	start_client(groups, flags);
	int code = gnutls_handshake(client.tls);

	transport_attach(&transport, client.fds[0], false);
	transport_set_deadline(&transport, deadline_in(60000), 0);
	struct session *session = session_new(context, &transport, start, 0, NULL);
	ck_assert_ptr_nonnull(session);
	for (int turn = 1; turn <= TURNS_MAX && code < 0; turn++) {
		if (session_try_handshake(session) == 0 && client.turns == 0)
			client.turns = turn;
		transport_try_flush(&transport);
		code = gnutls_handshake(client.tls);
		if (code < 0 && gnutls_error_is_fatal(code))
			break;
	}
	if (code == 0)
		snprintf(client.group, sizeof client.group, "%s",
		    gnutls_group_get_name(gnutls_group_get(client.tls)));
	session_free(session);
	gnutls_deinit(client.tls);
	close(client.fds[0]);
	close(client.fds[1]);
}

START_TEST(a_client_that_sends_both_shares_gets_the_hybrid_group)
{
	set_up();
	connect_client(
	    "+GROUP-SECP256R1:+GROUP-X448", GNUTLS_KEY_SHARE_TOP2, SESSION_COMPLETE);
	ck_assert_str_eq(client.group, "X448");
	ck_assert_int_eq(client.hellos, 1);
	connect_client(
	    "+GROUP-X448:+GROUP-SECP256R1", GNUTLS_KEY_SHARE_TOP2, SESSION_COMPLETE);
	ck_assert_str_eq(client.group, "X448");
	connect_client("+GROUP-X448", GNUTLS_KEY_SHARE_TOP, SESSION_COMPLETE);
	ck_assert_str_eq(client.group, "X448");
	ck_assert_int_eq(client.hellos, 1);
	tear_down();
}
END_TEST

START_TEST(a_client_without_a_share_for_the_hybrid_group_needs_no_second_hello)
{
	set_up();
	connect_client(
	    "+GROUP-X25519:+GROUP-X448", GNUTLS_KEY_SHARE_TOP, SESSION_COMPLETE);
	ck_assert_str_eq(client.group, "X25519");
	ck_assert_int_eq(client.hellos, 1);
	connect_client(
	    "+GROUP-SECP256R1:+GROUP-X448", GNUTLS_KEY_SHARE_TOP, SESSION_P256);
	ck_assert_str_eq(client.group, "SECP256R1");
	ck_assert_int_eq(client.hellos, 1);
	tear_down();
}
END_TEST

START_TEST(a_second_hello_is_asked_for_with_the_hybrid_group)
{
	set_up();
	connect_client("+GROUP-SECP521R1:+GROUP-X25519:+GROUP-X448",
	    GNUTLS_KEY_SHARE_TOP, SESSION_COMPLETE);
	ck_assert_str_eq(client.group, "X448");
	ck_assert_int_eq(client.hellos, 2);
	tear_down();
}
END_TEST

START_TEST(an_early_answer_may_follow_the_hybrid_group)
{
	set_up();
	connect_client(
	    "+GROUP-SECP256R1:+GROUP-X448", GNUTLS_KEY_SHARE_TOP2, SESSION_EARLY);
	ck_assert_str_eq(client.group, "X448");
	ck_assert_int_eq(client.turns, 1);
	tear_down();
}
END_TEST

SUITE("context", a_client_that_sends_both_shares_gets_the_hybrid_group,
    a_client_without_a_share_for_the_hybrid_group_needs_no_second_hello,
    a_second_hello_is_asked_for_with_the_hybrid_group,
    an_early_answer_may_follow_the_hybrid_group)
