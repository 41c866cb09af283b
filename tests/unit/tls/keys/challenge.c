/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/challenge.h"

#include <gnutls/gnutls.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/pki.h"
#include "lib/suite.h"

#define HOST "www.example.org"
#define CERT HOST ".crt.pem"
#define KEY HOST ".key.pem"

/* Makes a pair for a challenge; `value` is that of acmeIdentifier. */
static struct pki_pair *
make_challenge(const void *value, size_t size)
{
	static const char *const names[] = { HOST, NULL };
	const struct pki_options options = { .name = HOST, .dns = names };
	struct pki_pair *pair = pki_make(&options, NULL);

	ck_assert_int_eq(gnutls_x509_crt_set_extension_by_oid(
			     pair->cert, "1.3.6.1.5.5.7.1.31", value, size, 1),
	    0);
	ck_assert_int_eq(gnutls_x509_crt_sign2(
			     pair->cert, pair->cert, pair->key, GNUTLS_DIG_SHA256, 0),
	    0);
	return pair;
}

static struct pki_pair *
make_usual_challenge(void)
{
	return make_challenge("\x04\x20"
			      "0123456789abcdef0123456789abcdef",
	    34);
}

/* Loads the pair for `host`. Expects the failure with `part` in its reason. */
static void
refuse(const char *host, const char *part)
{
	gnutls_certificate_credentials_t credentials = NULL;
	char reason[CHALLENGE_REASON_SIZE] = "";

	ck_assert_int_eq(
	    challenge_load(suite_folder(), host, &credentials, reason), FAILURE_ACME);
	ck_assert_msg(strstr(reason, part) != NULL, "%s: no \"%s\"", reason, part);
}

/* True if the pair for HOST can be loaded. */
static bool
is_loaded(void)
{
	gnutls_certificate_credentials_t credentials = NULL;
	char reason[CHALLENGE_REASON_SIZE];

	if (challenge_load(suite_folder(), HOST, &credentials, reason) != FAILURE_NONE)
		return false;
	gnutls_certificate_free_credentials(credentials);
	return true;
}

/* Writes the pair for HOST. */
static void
place(const struct pki_pair *pair)
{
	pki_cert_file(CERT, pair);
	pki_key_file(KEY, pair);
}

START_TEST(a_pair_with_acme_identifier_is_loaded)
{
	struct pki_pair *pair = make_usual_challenge();

	refuse(HOST, CERT ": No such file");
	pki_cert_file(CERT, pair);
	refuse(HOST, KEY ": No such file");
	pki_key_file(KEY, pair);
	ck_assert(is_loaded());
	unlink(suite_path(CERT));
	refuse(HOST, CERT ": No such file");
	pki_free(pair);
}
END_TEST

START_TEST(a_certificate_without_acme_identifier_is_not_loaded)
{
	const struct pki_options usual = { .name = HOST };
	struct pki_pair *pairs[] = { pki_make(&usual, NULL),
		make_challenge("\x04\x1f"
			       "0123456789abcdef0123456789abcde",
		    33),
		make_challenge("\x04\x21"
			       "0123456789abcdef0123456789abcdef0",
		    35) };

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		place(pairs[i]);
		refuse(HOST, "is not for a challenge");
		pki_free(pairs[i]);
	}
}
END_TEST

START_TEST(the_key_of_another_pair_is_not_loaded)
{
	struct pki_pair *pair = make_usual_challenge(), *other = make_usual_challenge();

	pki_cert_file(CERT, pair);
	pki_key_file(KEY, other);
	refuse(HOST, "do not match");
	pki_free(pair);
	pki_free(other);
}
END_TEST

/* Returns how many of the beginnings of `text` in the file `name` make a pair that is loaded. */
static size_t
count_loaded_beginnings(const char *name, const char *text)
{
	char *part = strdup(text);
	size_t loaded = 0;

	for (size_t i = strlen(text); i-- > 0;) {
		part[i] = '\0';
		suite_file(name, part);
		loaded += is_loaded();
	}
	free(part);
	suite_file(name, text);
	return loaded;
}

START_TEST(a_file_that_is_half_written_is_not_loaded)
{
	struct pki_pair *pair = make_usual_challenge();
	const char *key = pki_key_pem(pair, PKI_PKCS8, NULL);

	place(pair);
	/* The library does not need the rest of the line after "-----END ". */
	ck_assert_uint_le(count_loaded_beginnings(CERT, pki_cert_pem(pair)),
	    strlen("CERTIFICATE-----\n"));
	ck_assert_uint_le(
	    count_loaded_beginnings(KEY, key), strlen("PRIVATE KEY-----\n"));
	ck_assert(is_loaded());
	pki_free(pair);
}
END_TEST

START_TEST(only_a_regular_file_of_its_own_is_loaded)
{
	struct pki_pair *pair = make_usual_challenge();
	const char *cert = suite_path(CERT);

	place(pair);
	ck_assert(is_loaded());
	ck_assert_int_eq(link(cert, suite_path("second")), 0);
	refuse(HOST, "Too many links");
	unlink(cert);
	ck_assert_int_eq(symlink("second", cert), 0);
	refuse(HOST, "Too many levels of symbolic links");
	unlink(cert);
	ck_assert_int_eq(mkfifo(cert, 0600), 0);
	refuse(HOST, "Invalid argument");
	unlink(cert);
	ck_assert_int_eq(mkdir(cert, 0700), 0);
	refuse(HOST, "Is a directory");
	rmdir(cert);
	pki_cert_file(CERT, pair);
	ck_assert_int_eq(truncate(cert, 1 << 20), 0);
	refuse(HOST, "File too large");
	pki_free(pair);
}
END_TEST

START_TEST(a_folder_that_is_gone_is_the_reason)
{
	gnutls_certificate_credentials_t credentials;
	char reason[CHALLENGE_REASON_SIZE];

	ck_assert_int_eq(challenge_load(suite_path("gone"), HOST, &credentials, reason),
	    FAILURE_ACME);
	ck_assert_ptr_nonnull(strstr(reason, "gone: No such file or directory"));
}
END_TEST

START_TEST(hosts_are_plain_or_not_looked_for)
{
	static const char *const bad[] = { "", ".", "..", "../x", "a/b", "/etc/x", ".a",
		"a.", "a..b", "A.example.org", "a_b.org", "a b", "*.example.org", "a:1",
		"\xc3\xa4.org", "a\\b", "a%2fb", "a\nb" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(!challenge_is_plain_host(bad[i]), "%s", bad[i]);
		refuse(bad[i], "lower-case");
	}
	ck_assert(challenge_is_plain_host("localhost"));
	ck_assert(challenge_is_plain_host("xn--bcher-kva.example"));
	ck_assert(challenge_is_plain_host("7.2.0.192.in-addr.arpa"));
}
END_TEST

START_TEST(the_length_of_hosts_is_limited)
{
	char host[255];

	memset(host, 'a', sizeof host);
	host[64] = '\0';
	ck_assert(!challenge_is_plain_host(host));
	host[63] = '\0';
	ck_assert(challenge_is_plain_host(host));
	memset(host, 'a', sizeof host);
	for (size_t i = 1; i < sizeof host; i += 2)
		host[i] = '.';
	host[254] = '\0';
	ck_assert(!challenge_is_plain_host(host));
	host[253] = '\0';
	ck_assert(challenge_is_plain_host(host));
	refuse(host, "File name too long");
}
END_TEST

/* Fills `host` with up to 300 of a few bytes, most of which hosts have. */
static void
make_any(char host[301])
{
	static const char bytes[] = "abcz019-..../A_\\\x01\xff*";
	size_t size = (size_t)rand() % (rand() % 8 == 0 ? 301 : 24);
	size_t kinds = rand() % 2 == 0 ? 9 : sizeof bytes - 1;

	for (size_t i = 0; i < size; i++)
		host[i] = bytes[(size_t)rand() % kinds];
	host[size] = '\0';
}

START_TEST(a_pattern_finds_the_same_plain_hosts)
{
	char host[301];
	regex_t pattern;
	size_t differ = 0, plain = 0;

	ck_assert_int_eq(regcomp(&pattern, "^[a-z0-9-]{1,63}([.][a-z0-9-]{1,63})*$",
			     REG_EXTENDED | REG_NOSUB),
	    0);
	srand(8737);
	for (int i = 0; i < 100000; i++) {
		make_any(host);
		bool is =
		    strlen(host) <= 253 && regexec(&pattern, host, 0, NULL, 0) == 0;
		plain += is;
		differ += is != challenge_is_plain_host(host);
	}
	regfree(&pattern);
	ck_assert_uint_eq(differ, 0);
	ck_assert_uint_gt(plain, 1000);
	ck_assert_uint_lt(plain, 99000);
}
END_TEST

SUITE("challenge", a_pair_with_acme_identifier_is_loaded,
    a_certificate_without_acme_identifier_is_not_loaded,
    the_key_of_another_pair_is_not_loaded, a_file_that_is_half_written_is_not_loaded,
    only_a_regular_file_of_its_own_is_loaded, a_folder_that_is_gone_is_the_reason,
    hosts_are_plain_or_not_looked_for, the_length_of_hosts_is_limited,
    a_pattern_finds_the_same_plain_hosts)
