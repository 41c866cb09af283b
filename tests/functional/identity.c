/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what a real tlsd presents: certificates, names, versions and suites. */
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/pki.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define ONLY_RSA ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256"

/* Writes NAME.crt, which is self-signed, and NAME.key for the DNS name `dns`. */
static void
make_pair(const char *name, const char *dns, gnutls_pk_algorithm_t algorithm)
{
	const char *const names[] = { dns, NULL };
	bool eddsa = algorithm == GNUTLS_PK_EDDSA_ED25519;
	struct pki_options options = { .name = name,
		.dns = names,
		.algorithm = algorithm,
		.bits = eddsa ? GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) : 0 };
	char *cert = memory_format("%s.crt", name),
	     *key = memory_format("%s.key", name);
	struct pki_pair *pair = pki_make(&options, NULL);

	pki_cert_file(cert, pair);
	pki_key_file(key, pair);
	pki_free(pair);
	free(cert);
	free(key);
}

/* Starts a server with the named pairs, in that order, and `more`. */
static struct daemon *
serve_pairs(const char *first, const char *second, const char *more)
{
	const char *const names[] = { first, second };
	char *ini = memory_format("listen = 127.0.0.1:0\n%s", more);

	for (size_t i = 0; i < 2 && names[i] != NULL; i++)
		memory_append(&ini, "cert = %s.crt\nkey = %s.key\n",
		    suite_path(names[i]), suite_path(names[i]));
	struct daemon *daemon = daemon_start(ini);
	free(ini);
	return daemon;
}

/* Connects with `options`. Expects `length` certificates, the first one with the common
 * name `wanted`. */
static void
expect_certificate(struct daemon *daemon, const struct peer_options *options,
    const char *wanted, unsigned length)
{
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), options);
	int code = peer_run(peer);
	unsigned count;
	gnutls_x509_crt_t cert;
	char name[64];
	size_t size = sizeof name;

	ck_assert_msg(code == 0, "%s: %s", wanted, gnutls_strerror(code));
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(peer->tls, &count);
	ck_assert_uint_eq(count, length);
	gnutls_x509_crt_init(&cert);
	ck_assert_int_eq(gnutls_x509_crt_import(cert, chain, GNUTLS_X509_FMT_DER), 0);
	ck_assert_int_eq(gnutls_x509_crt_get_dn_by_oid(
			     cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size),
	    0);
	gnutls_x509_crt_deinit(cert);
	peer_free(peer);
	ck_assert_msg(strcmp(name, wanted) == 0, "%s instead of %s", name, wanted);
}

static void
prefer_ecdsa(const char *first, const char *second)
{
	make_pair("rsa", "localhost", GNUTLS_PK_RSA);
	make_pair("ecdsa", "localhost", GNUTLS_PK_ECDSA);
	struct daemon *daemon = serve_pairs(first, second, "");

	expect_certificate(
	    daemon, &(struct peer_options){ .priority = TLS_1_3 }, "ecdsa", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .priority = TLS_1_2 }, "ecdsa", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .priority = TLS_1_3 ONLY_RSA }, "rsa", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .priority = TLS_1_2 ONLY_RSA }, "rsa", 1);
	daemon_stop(daemon);
}

START_TEST(ecdsa_is_preferred_and_rsa_serves_clients_limited_to_rsa)
{
	prefer_ecdsa("ecdsa", "rsa");
}
END_TEST

START_TEST(order_in_the_file_does_not_matter)
{
	prefer_ecdsa("rsa", "ecdsa");
}
END_TEST

START_TEST(rsa_without_ecdsa_causes_a_warning)
{
	make_pair("rsa", "localhost", GNUTLS_PK_RSA);
	struct daemon *daemon = serve_pairs("rsa", NULL, "");

	daemon_expect(daemon, ": cert: RSA only, with which a handshake costs about ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(rsa_with_ecdsa_causes_no_warning)
{
	make_pair("rsa", "localhost", GNUTLS_PK_RSA);
	make_pair("ecdsa", "localhost", GNUTLS_PK_ECDSA);
	struct daemon *daemon = serve_pairs("rsa", "ecdsa", "");

	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	ck_assert_uint_eq(daemon_count(daemon, "RSA only"), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_can_verify_none_of_our_certificates_fails_by_the_cipher)
{
	make_pair("rsa", "localhost", GNUTLS_PK_RSA);
	struct daemon *daemon = serve_pairs("rsa", NULL, "");
	struct peer_options options = { .priority = TLS_1_3
					":-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256" };

	ck_assert_int_eq(
	    peer_try(daemon_port(daemon), &options), GNUTLS_E_FATAL_ALERT_RECEIVED);
	daemon_expect(daemon, ": tlsd: cipher: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(name_chooses_the_certificate)
{
	make_pair("a", "a.example", GNUTLS_PK_ECDSA);
	make_pair("b", "b.example", GNUTLS_PK_ECDSA);
	struct daemon *daemon = serve_pairs("a", "b", "");

	expect_certificate(
	    daemon, &(struct peer_options){ .name = "a.example" }, "a", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "b.example" }, "b", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "B.Example" }, "b", 1);
	expect_certificate(daemon,
	    &(struct peer_options){ .name = "b.example", .priority = TLS_1_2 }, "b", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "else.example" }, "a", 1);
	expect_certificate(daemon, NULL, "a", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(wildcard_covers_the_name_that_no_other_certificate_has)
{
	make_pair("a", "a.example", GNUTLS_PK_ECDSA);
	make_pair("wild", "*.b.example", GNUTLS_PK_ECDSA);
	struct daemon *daemon = serve_pairs("a", "wild", "");

	expect_certificate(
	    daemon, &(struct peer_options){ .name = "www.b.example" }, "wild", 1);
	daemon_expect(daemon, " sni=www.b.example ");
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "WWW.b.EXAMPLE" }, "wild", 1);
	daemon_expect(daemon, " sni=WWW.b.EXAMPLE ");
	expect_certificate(daemon,
	    &(struct peer_options){ .name = "x.b.example", .priority = TLS_1_2 },
	    "wild", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "x.y.b.example" }, "a", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(exact_name_takes_precedence_over_a_wildcard)
{
	make_pair("wild", "*.example", GNUTLS_PK_ECDSA);
	make_pair("wilder", "*.b.example", GNUTLS_PK_ECDSA);
	make_pair("exact", "www.b.example", GNUTLS_PK_RSA);
	char *more = memory_format(
	    "cert = %s.crt\nkey = %s.key\n", suite_path("wild"), suite_path("wild"));
	struct daemon *daemon = serve_pairs("wilder", "exact", more);

	free(more);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "www.b.example" }, "exact", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "mail.b.example" }, "wilder", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(name_takes_precedence_over_the_algorithm)
{
	make_pair("rsa", "rsa.example", GNUTLS_PK_RSA);
	make_pair("ecdsa", "ecdsa.example", GNUTLS_PK_ECDSA);
	struct daemon *daemon = serve_pairs("rsa", "ecdsa", "");

	expect_certificate(
	    daemon, &(struct peer_options){ .name = "rsa.example" }, "rsa", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "ecdsa.example" }, "ecdsa", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(ed25519_certificate_serves)
{
	make_pair("ed25519", "localhost", GNUTLS_PK_EDDSA_ED25519);
	struct daemon *daemon = serve_pairs("ed25519", NULL, "");
	const char *trust = suite_path("ed25519.crt");
	struct peer_options options = {
		.priority = TLS_1_3, .trust = trust, .host = "localhost"
	};

	expect_certificate(daemon, &options, "ed25519", 1);
	options.priority = TLS_1_2;
	expect_certificate(daemon, &options, "ed25519", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(server_sends_the_certificate_chain)
{
	static const char *const dns[] = { "localhost", NULL };
	struct pki_pair *root = pki_ca("root");
	struct pki_pair *middle =
	    pki_make(&(struct pki_options){ .name = "middle", .ca = true }, root);
	struct pki_pair *leaf =
	    pki_make(&(struct pki_options){ .name = "leaf", .dns = dns }, middle);
	struct peer_options options = { .trust = pki_cert_file("root.crt", root),
		.host = "localhost" };

	suite_file("leaf.crt", PKI_JOIN(pki_cert_pem(leaf), pki_cert_pem(middle)));
	pki_key_file("leaf.key", leaf);
	struct daemon *daemon = serve_pairs("leaf", NULL, "");
	expect_certificate(daemon, &options, "leaf", 2);
	options.priority = TLS_1_2;
	expect_certificate(daemon, &options, "leaf", 2);
	pki_free(leaf);
	pki_free(middle);
	pki_free(root);
	daemon_stop(daemon);
}
END_TEST

START_TEST(encrypted_key_opens_with_its_pin_file)
{
	static const char *const dns[] = { "localhost", NULL };
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .name = "locked", .dns = dns }, NULL);

	pki_cert_file("locked.crt", pair);
	suite_file("locked.key", pki_key_pem(pair, PKI_PKCS8_ENCRYPTED, "secret word"));
	suite_file("pin", "secret word\n");
	pki_free(pair);
	char *more = memory_format("pin-file = %s/pin\n", suite_folder());
	struct daemon *daemon = serve_pairs("locked", NULL, more);
	free(more);
	expect_certificate(daemon, NULL, "locked", 1);
	daemon_stop(daemon);
}
END_TEST

START_TEST(expired_certificate_is_not_chosen_where_a_valid_one_fits)
{
	static const char *const dns[] = { "localhost", NULL };
	struct pki_options old = { .name = "old",
		.dns = dns,
		.begins = -9L * PKI_DAY,
		.ends = -1L * PKI_DAY };
	struct pki_pair *pair = pki_make(&old, NULL);

	pki_cert_file("old.crt", pair);
	pki_key_file("old.key", pair);
	pki_free(pair);
	make_pair("rsa", "localhost", GNUTLS_PK_RSA);
	struct daemon *daemon = serve_pairs("old", "rsa", "");
	expect_certificate(daemon, NULL, "rsa", 1);
	expect_certificate(
	    daemon, &(struct peer_options){ .name = "localhost" }, "rsa", 1);
	daemon_stop(daemon);
}
END_TEST

/* Both versions serve a client that verifies the certificate, and are named in the log. */
START_TEST(tls_1_2_and_1_3_serve_clients_that_verify)
{
	struct daemon *daemon = daemon_serve("");
	struct peer_options options = { .trust = suite_path("ca.crt"),
		.host = "localhost",
		.name = "localhost",
		.priority = TLS_1_2 };

	expect_certificate(daemon, &options, "localhost", 1);
	daemon_expect(daemon, ": tlsd: done TLS1.2 AES-128-GCM X25519 sni=localhost ");
	options.priority = TLS_1_3;
	expect_certificate(daemon, &options, "localhost", 1);
	daemon_expect(daemon, ": tlsd: done TLS1.3 AES-128-GCM X25519 sni=localhost ");
	daemon_stop(daemon);
}
END_TEST

/* Expects a server with `settings` to serve a client with `priority`, and to log `line`. */
static void
agree(const char *settings, const char *priority, const char *line)
{
	struct daemon *daemon = daemon_serve(settings);

	ck_assert_str_eq(peer_ask_over(peer_dial(daemon_port(daemon)),
			     &(struct peer_options){ .priority = priority }),
	    HELLO);
	daemon_expect(daemon, line);
	daemon_stop(daemon);
}

START_TEST(profile_compatible_takes_a_cbc_suite)
{
	agree("profile = compatible\n", TLS_1_2 ":-CIPHER-ALL:+AES-128-CBC",
	    " done TLS1.2 AES-128-CBC X25519 ");
	agree("profile = compatible\n", TLS_1_3, " done TLS1.3 AES-128-GCM X25519 ");
}
END_TEST

START_TEST(server_cipher_preference_overrides_the_client)
{
	agree("", TLS_1_3 ":-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM",
	    " done TLS1.3 AES-128-GCM ");
	agree("", TLS_1_2 ":-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM",
	    " done TLS1.2 AES-128-GCM ");
}
END_TEST

START_TEST(each_group_serves)
{
	agree("", TLS_1_3 ":-GROUP-ALL:+GROUP-SECP256R1", " AES-128-GCM SECP256R1 ");
	agree("", TLS_1_3 ":-GROUP-ALL:+GROUP-SECP384R1", " AES-128-GCM SECP384R1 ");
	agree("", TLS_1_2 ":-GROUP-ALL:+GROUP-SECP384R1", " AES-128-GCM SECP384R1 ");
}
END_TEST

START_TEST(priority_string_replaces_the_profile)
{
	agree("priority = NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305:"
	      "-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1\n",
	    TLS_1_3, " done TLS1.3 CHACHA20-POLY1305 ");
}
END_TEST

SUITE("identity", ecdsa_is_preferred_and_rsa_serves_clients_limited_to_rsa,
    order_in_the_file_does_not_matter, rsa_without_ecdsa_causes_a_warning,
    rsa_with_ecdsa_causes_no_warning,
    client_that_can_verify_none_of_our_certificates_fails_by_the_cipher,
    name_chooses_the_certificate,
    wildcard_covers_the_name_that_no_other_certificate_has,
    exact_name_takes_precedence_over_a_wildcard,
    name_takes_precedence_over_the_algorithm, ed25519_certificate_serves,
    server_sends_the_certificate_chain, encrypted_key_opens_with_its_pin_file,
    expired_certificate_is_not_chosen_where_a_valid_one_fits,
    tls_1_2_and_1_3_serve_clients_that_verify, profile_compatible_takes_a_cbc_suite,
    server_cipher_preference_overrides_the_client, each_group_serves,
    priority_string_replaces_the_profile)
