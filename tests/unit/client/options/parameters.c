/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the files named in a client's options, and the error for each bad one. */
#include "client/options/parameters.h"

#include <string.h>
#include <sys/stat.h>

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "client/options/options.h"
#include "lib/pki.h"
#include "lib/suite.h"

static struct parameters parameters;
static struct findings findings;

/* Loads the files of `options`, without the system's trust store. */
static int
load(struct options options)
{
	findings_init(&findings);
	options.insecure = true;
	options.servername =
	    options.servername != NULL ? options.servername : "localhost";
	return parameters_load(&parameters, &options, &findings);
}

static void
tear_down(void)
{
	parameters_fini(&parameters);
	findings_fini(&findings);
}

/* Loads a pair, expects the server name `name`, and frees everything. */
static void
assert_loaded(struct options options, const char *name)
{
	ck_assert_int_eq(load(options), 0);
	ck_assert(parameters.has_certificate);
	ck_assert_str_eq(parameters.name, name);
	tear_down();
}

static void
assert_refused(struct options options, const char *message)
{
	ck_assert_int_eq(load(options), -1);
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_msg(strstr(findings.items[0].text, message) != NULL, "%s",
	    findings.items[0].text);
	tear_down();
}

START_TEST(pair_is_loaded_with_the_pin_of_an_encrypted_key)
{
	struct pki_pair *pair = pki_server(NULL);
	const char *cert = pki_cert_file("client.crt", pair);
	const char *key =
	    suite_file("client.key", pki_key_pem(pair, PKI_PKCS8_ENCRYPTED, "sesame"));
	const char *pin = suite_file("pin", "sesame\r\nmore\n");

	assert_loaded((struct options){ .cert_file = cert,
			  .key_file = key,
			  .pin_file = pin,
			  .servername = "www.example.org" },
	    "www.example.org");
	pki_free(pair);
}
END_TEST

START_TEST(one_file_may_hold_both_certificate_and_key)
{
	struct pki_pair *pair = pki_server(NULL);
	const char *both = suite_file("both.pem",
	    PKI_JOIN(pki_cert_pem(pair), pki_key_pem(pair, PKI_PKCS8, NULL)));

	assert_loaded((struct options){ .cert_file = both }, "localhost");
	pki_free(pair);
}
END_TEST

START_TEST(encrypted_key_needs_the_right_pin)
{
	struct pki_pair *pair = pki_server(NULL);
	struct options options = { .cert_file = pki_cert_file("client.crt", pair),
		.key_file = suite_file(
		    "client.key", pki_key_pem(pair, PKI_PKCS8_ENCRYPTED, "sesame")) };

	assert_refused(options,
	    "client.key: the key is encrypted: give its passphrase with --pin-file");
	options.pin_file = suite_file("pin", "wrong\n");
	assert_refused(options, "pin does not decrypt the key");
	pki_free(pair);
}
END_TEST

START_TEST(key_of_another_certificate_is_refused)
{
	struct pki_pair *one = pki_server(NULL), *other = pki_server(NULL);

	assert_refused((struct options){ .cert_file = pki_cert_file("one.crt", one),
			   .key_file = pki_key_file("other.key", other) },
	    "other.key: is not the key of the first certificate in ");
	pki_free(one);
	pki_free(other);
}
END_TEST

START_TEST(file_without_what_it_should_hold_is_refused)
{
	struct pki_pair *pair = pki_server(NULL);
	const char *cert = pki_cert_file("client.crt", pair);
	const char *text = suite_file("text", "no PEM here\n");

	assert_refused((struct options){ .cert_file = text },
	    "text: contains no certificate in PEM");
	assert_refused((struct options){ .cert_file = cert },
	    "client.crt: contains no private key in PEM");
	assert_refused((struct options){ .cert_file = cert, .key_file = text },
	    "text: contains no private key in PEM");
	pki_free(pair);
}
END_TEST

START_TEST(authority_file_without_a_certificate_is_refused)
{
	struct options options = { 0 };

	stringlist_format(
	    &options.ca_files, "%s", suite_file("ca.pem", "no PEM here\n"));
	assert_refused(options, "ca.pem: contains no certificate in PEM");
	stringlist_fini(&options.ca_files);
}
END_TEST

START_TEST(each_file_that_cannot_be_read_is_an_error)
{
	const char *fifo = suite_path("fifo");

	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(load((struct options){ .cert_file = suite_path("missing.crt"),
			     .key_file = fifo,
			     .pin_file = suite_path("missing.pin") }),
	    -1);
	ck_assert_uint_eq(findings.errors, 3);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "missing.crt: No such file or directory"));
	ck_assert_ptr_nonnull(
	    strstr(findings.items[1].text, "/fifo: is not a regular file"));
	ck_assert_ptr_nonnull(
	    strstr(findings.items[2].text, "missing.pin: No such file or directory"));
	tear_down();
}
END_TEST

START_TEST(wrong_priority_is_shown_from_the_wrong_character_on)
{
	assert_refused((struct options){ .priority = "NORMAL:+NONSENSE" },
	    "--priority: \"NORMAL:+NONSENSE\": invalid from character ");
}
END_TEST

SUITE("parameters", pair_is_loaded_with_the_pin_of_an_encrypted_key,
    one_file_may_hold_both_certificate_and_key, encrypted_key_needs_the_right_pin,
    key_of_another_certificate_is_refused, file_without_what_it_should_hold_is_refused,
    authority_file_without_a_certificate_is_refused,
    each_file_that_cannot_be_read_is_an_error,
    wrong_priority_is_shown_from_the_wrong_character_on)
