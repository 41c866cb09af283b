/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/proof/proof.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/session/context.h"
#include "tls/keys/keyring.h"

/* The settings of the service; each test fills them in. */
static struct context_settings settings;

static void
set_up(void)
{
	settings = (struct context_settings){ .pairs.cert_dir = memory_copy(""),
		.pairs.pin_file = memory_copy(""),
		.client.authorized_certs = memory_copy(""),
		.client.psk_file = memory_copy(""),
		.policy = { .priority = memory_copy(""), .tls_max = 1 } };
}

static void
tear_down(void)
{
	stringlist_fini(&settings.pairs.cert);
	stringlist_fini(&settings.pairs.key);
	stringlist_fini(&settings.alpn);
	free(settings.pairs.cert_dir);
	free(settings.pairs.pin_file);
	free(settings.client.authorized_certs);
	free(settings.client.psk_file);
	free(settings.policy.priority);
}

static void
set_priority(const char *priority)
{
	free(settings.policy.priority);
	settings.policy.priority = memory_copy(priority);
}

/* Adds a pair, issued by an authority of its own, in NAME.crt and NAME.key. */
static void
add_pair(const char *name, const struct pki_options *options)
{
	char *cert_name = memory_format("%s.crt", name);
	char *key_name = memory_format("%s.key", name);
	struct pki_pair *ca = pki_ca("An authority");
	struct pki_pair *pair = pki_make(options, ca);
	const char *chain = PKI_JOIN(pki_cert_pem(pair), pki_cert_pem(ca));
	const char *cert = suite_file(cert_name, chain);
	const char *key = pki_key_file(key_name, pair);

	stringlist_add(&settings.pairs.cert, cert, strlen(cert));
	stringlist_add(&settings.pairs.key, key, strlen(key));
	pki_free(pair);
	pki_free(ca);
	free(cert_name);
	free(key_name);
}

/* Returns the service of the settings. Warnings are ignored. */
static struct context *
load(void)
{
	struct findings findings;

	findings_init(&findings);
	struct keyring *keyring = keyring_new(NULL);
	struct context *context = context_new("hello", &settings, keyring, &findings);
	keyring_free(keyring);
	ck_assert_msg(context != NULL, "%s",
	    findings.count > 0 ? findings.items[0].text : "no reason");
	findings_fini(&findings);
	return context;
}

/* Proves the service in place of `old`. Expects errors that contain `parts`, NULL-terminated. */
static void
expect_errors(
    const struct context *context, const struct context *old, const char *const *parts)
{
	struct findings findings;
	size_t count = 0;

	findings_init(&findings);
	int result = proof_run(context, old, &findings);
	for (; parts[count] != NULL; count++) {
		ck_assert_uint_lt(count, findings.count);
		ck_assert_ptr_nonnull(strstr(findings.items[count].text, parts[count]));
	}
	ck_assert_msg(findings.count == count, "%zu findings, the last is: %s",
	    findings.count, findings.items[findings.count - 1].text);
	ck_assert_int_eq(result, count > 0 ? -1 : 0);
	findings_fini(&findings);
}

#define EXPECT_ERRORS(context, old, ...) \
	expect_errors(context, old, (const char *const[]){ __VA_ARGS__, NULL })

static void
expect_proved(const struct context *context, const struct context *old)
{
	EXPECT_ERRORS(context, old, NULL);
}

/* Proves the service of the settings, alone. */
static void
prove(void)
{
	struct context *context = load();

	expect_proved(context, NULL);
	context_free(context);
}

static const char *const one[] = { "one.example", NULL };
static const char *const two[] = { "two.example", "*.two.example", "localhost", NULL };

START_TEST(each_pair_with_each_name_shakes_hands)
{
	set_up();
	add_pair("a", &(struct pki_options){ .dns = one });
	add_pair("b", &(struct pki_options){ .dns = two, .algorithm = GNUTLS_PK_RSA });
	add_pair("c", &(struct pki_options){ .dns = two,
			  .algorithm = GNUTLS_PK_EDDSA_ED25519,
			  .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) });
	prove();
	tear_down();
}
END_TEST

static const char *const underscored[] = { "my_host.example.org", "*.my_zone.example",
	NULL };

START_TEST(names_with_underscores_shake_hands)
{
	set_up();
	add_pair("a", &(struct pki_options){ .dns = one });
	add_pair("b", &(struct pki_options){ .dns = underscored });
	prove();
	tear_down();
}
END_TEST

START_TEST(pairs_of_one_name_are_proved_by_their_algorithm)
{
	set_up();
	add_pair("a", &(struct pki_options){ .dns = one });
	add_pair("b", &(struct pki_options){ .dns = one, .algorithm = GNUTLS_PK_RSA });
	prove();
	tear_down();
}
END_TEST

START_TEST(a_pair_that_no_client_may_use_is_an_error)
{
	set_up();
	add_pair("a", &(struct pki_options){ .dns = one });
	add_pair("b", &(struct pki_options){ .dns = two, .algorithm = GNUTLS_PK_RSA });
	set_priority("NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+GROUP-X25519:"
		     "+SIGN-ECDSA-SECP256R1-SHA256");
	struct context *context = load();

	EXPECT_ERRORS(context, NULL,
	    "b.crt: in a trial handshake, a client that supports only RSA 2048 and "
	    "asks "
	    "for two.example cannot be served (");
	context_free(context);
	tear_down();
}
END_TEST

START_TEST(a_service_of_tls_1_2_is_proved)
{
	set_up();
	settings.policy.tls_max = 0;
	add_pair("a", &(struct pki_options){ .dns = two });
	prove();
	tear_down();
}
END_TEST

START_TEST(a_service_with_protocols_is_proved)
{
	set_up();
	stringlist_split(&settings.alpn, "h2, http/1.1");
	add_pair("a", &(struct pki_options){ .dns = one });
	prove();
	tear_down();
}
END_TEST

START_TEST(a_pair_without_a_name_to_ask_for_is_proved)
{
	set_up();
	add_pair("a", &(struct pki_options){ .ip = "127.0.0.1" });
	add_pair("b", &(struct pki_options){ .name = "The printer, 2nd floor" });
	add_pair("c", &(struct pki_options){ .algorithm = GNUTLS_PK_RSA });
	add_pair("d",
	    &(struct pki_options){ .dns = (const char *const[]){ "*.org", NULL } });
	prove();
	tear_down();
}
END_TEST

/* The client has no certificate, but the server's part, which comes first, is proved completely. */
static void
prove_with_clients_verified(int tls_max)
{
	struct pki_pair *ca = pki_ca("Of the clients");
	const char *file = pki_cert_file("clients.crt", ca);

	settings.policy.tls_max = tls_max;
	settings.client.verify = CLIENTAUTH_REQUIRED;
	settings.client.verify_depth = 1;
	stringlist_add(&settings.client.ca_file, file, strlen(file));
	add_pair("a", &(struct pki_options){ .dns = one });
	prove();
	stringlist_fini(&settings.client.ca_file);
	pki_free(ca);
}

START_TEST(a_service_that_wants_certificates_is_proved)
{
	set_up();
	prove_with_clients_verified(1);
	tear_down();
}
END_TEST

START_TEST(a_service_that_wants_certificates_in_tls_1_2_is_proved)
{
	set_up();
	prove_with_clients_verified(0);
	tear_down();
}
END_TEST

START_TEST(hundreds_of_names_are_proved_in_part)
{
	char *names[301] = { NULL };

	set_up();
	for (int i = 0; i < 300; i++)
		names[i] = memory_format("host%d.example", i);
	add_pair("a", &(struct pki_options){ .dns = (const char *const *)names });
	prove();
	for (int i = 0; i < 300; i++)
		free(names[i]);
	tear_down();
}
END_TEST

static const struct pki_options expired = {
	.dns = one, .begins = -2 * PKI_DAY, .ends = -PKI_DAY
};

START_TEST(an_expired_pair_beside_a_valid_one_is_proved)
{
	set_up();
	add_pair("a", &expired);
	add_pair("b", &(struct pki_options){ .dns = one });
	prove();
	tear_down();
}
END_TEST

START_TEST(an_expired_pair_alone_is_not_a_failure)
{
	set_up();
	add_pair("a", &expired);
	struct context *context = load(), *again = load();

	expect_proved(context, NULL);
	expect_proved(again, context);
	context_free(again);
	context_free(context);
	tear_down();
}
END_TEST

/* Waits until the certificate has expired; nothing else changes. */
static void
await_end(time_t end)
{
	while (time(NULL) <= end)
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

START_TEST(a_certificate_that_ends_while_serving_gives_way_to_a_valid_one)
{
	set_up();
	const time_t end = time(NULL) + 3;
	add_pair("short",
	    &(struct pki_options){ .dns = one, .begins = -PKI_DAY, .ends = 3 });
	add_pair(
	    "long", &(struct pki_options){ .dns = one, .algorithm = GNUTLS_PK_RSA });
	add_pair("same", &(struct pki_options){ .dns = one });
	struct context *context = load();

	await_end(end);
	expect_proved(context, NULL);
	context_free(context);
	tear_down();
}
END_TEST

START_TEST(a_valid_certificate_never_gives_way_to_an_expired_one)
{
	set_up();
	add_pair("valid", &(struct pki_options){ .dns = one });
	struct context *old = load();

	tear_down();
	set_up();
	add_pair("expired", &expired);
	struct context *new = load();

	EXPECT_ERRORS(new, old, "expired.crt: in a trial handshake");
	EXPECT_ERRORS(new, old, "valid.crt is valid until 20");
	context_free(new);
	context_free(old);
	tear_down();
}
END_TEST

START_TEST(a_chain_of_many_certificates_is_sent_whole)
{
	struct pki_pair *issuers[20];
	char *chain = memory_copy("");
	const char *leaf_key = NULL;

	set_up();
	for (int i = 0; i < 20; i++) {
		char *name = memory_format("Authority %d", i);
		bool is_leaf = i == 19;
		issuers[i] =
		    pki_make(&(struct pki_options){ .name = is_leaf ? "leaf" : name,
				 .dns = is_leaf ? one : NULL,
				 .ca = !is_leaf,
				 .algorithm = GNUTLS_PK_RSA },
			i > 0 ? issuers[i - 1] : NULL);
		char *longer = memory_format("%s%s", pki_cert_pem(issuers[i]), chain);
		free(chain);
		chain = longer;
		free(name);
	}
	leaf_key = pki_key_file("leaf.key", issuers[19]);
	const char *cert = suite_file("leaf.crt", chain);
	stringlist_add(&settings.pairs.cert, cert, strlen(cert));
	stringlist_add(&settings.pairs.key, leaf_key, strlen(leaf_key));
	prove();
	for (int i = 0; i < 20; i++)
		pki_free(issuers[i]);
	free(chain);
	tear_down();
}
END_TEST

SUITE("proof", each_pair_with_each_name_shakes_hands,
    names_with_underscores_shake_hands, pairs_of_one_name_are_proved_by_their_algorithm,
    a_pair_that_no_client_may_use_is_an_error, a_service_of_tls_1_2_is_proved,
    a_service_with_protocols_is_proved, a_pair_without_a_name_to_ask_for_is_proved,
    a_service_that_wants_certificates_is_proved,
    a_service_that_wants_certificates_in_tls_1_2_is_proved,
    hundreds_of_names_are_proved_in_part, an_expired_pair_beside_a_valid_one_is_proved,
    an_expired_pair_alone_is_not_a_failure,
    a_certificate_that_ends_while_serving_gives_way_to_a_valid_one,
    a_valid_certificate_never_gives_way_to_an_expired_one,
    a_chain_of_many_certificates_is_sent_whole)
