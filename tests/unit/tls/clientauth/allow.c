/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/clientauth/allow.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/x509/identity.h"
#include "tls/x509/pin.h"

enum { BMP_STRING = 0x1e };

/* Some tests need certificates that the library cannot make. Their alternative names
 * are written byte by byte (RFC 5280, 4.2.1.6). */
enum name_type { EMAIL = 0x81, DNS = 0x82, URI = 0x86, IP = 0x87 };

static gnutls_x509_crt_t cert; /* has the names of the test */
static unsigned char names[16384];
static size_t names_size;

static void
begin(void)
{
	ck_assert_int_eq(gnutls_x509_crt_init(&cert), 0);
	names_size = 0;
}

static void
end(void)
{
	gnutls_x509_crt_deinit(cert);
}

static void
add_common_name(const void *name, size_t size)
{
	ck_assert_int_eq(gnutls_x509_crt_set_dn_by_oid(cert,
			     GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)size),
	    0);
}

/* Writes the header of a DER element to `at`. Returns the header's size. */
static size_t
put_head(unsigned char *at, unsigned char tag, size_t size)
{
	at[0] = tag;
	at[1] = 0x82; /* the length takes two bytes */
	at[2] = (unsigned char)(size >> 8);
	at[3] = (unsigned char)size;
	if (size > 127)
		return 4;
	at[1] = (unsigned char)size;
	return 2;
}

static void
add_name(enum name_type type, const void *name, size_t size)
{
	ck_assert_uint_le(names_size + size + 4, sizeof names);
	names_size += put_head(names + names_size, (unsigned char)type, size);
	memcpy(names + names_size, name, size);
	names_size += size;
}

#define ADD_NAME(type, text) add_name(type, text, sizeof(text) - 1)

static void
set_names(void)
{
	unsigned char *all = malloc(names_size + 4);
	size_t head = put_head(all, 0x30, names_size);

	memcpy(all + head, names, names_size);
	ck_assert_int_eq(gnutls_x509_crt_set_extension_by_oid(
			     cert, "2.5.29.17", all, head + names_size, 0),
	    0);
	free(all);
}

/* Makes a client's certificate: signed, and parsed from its DER form. */
static void
make(void)
{
	struct pki_pair *pair = pki_make(&(struct pki_options){ .name = "x" }, NULL);
	gnutls_datum_t der;

	if (names_size > 0)
		set_names();
	gnutls_x509_crt_set_version(cert, 3);
	gnutls_x509_crt_set_serial(cert, "1", 1);
	gnutls_x509_crt_set_activation_time(cert, time(NULL));
	gnutls_x509_crt_set_expiration_time(cert, time(NULL) + PKI_DAY);
	ck_assert_int_eq(gnutls_x509_crt_set_key(cert, pair->key), 0);
	ck_assert_int_eq(
	    gnutls_x509_crt_sign2(cert, pair->cert, pair->key, GNUTLS_DIG_SHA256, 0),
	    0);
	ck_assert_int_eq(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der), 0);
	gnutls_x509_crt_deinit(cert);
	ck_assert_int_eq(gnutls_x509_crt_init(&cert), 0);
	ck_assert_int_eq(gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER), 0);
	gnutls_free(der.data);
	pki_free(pair);
}

/* True if the certificate is permitted by rules of one kind, set as `list` in `settings`. */
static bool
permits(struct allow_settings *settings, struct stringlist *list, const char *rules)
{
	char *text = strdup(rules);
	struct findings findings;

	findings_init(&findings);
	stringlist_split(list, text);
	struct allow *allow = allow_new(settings, &findings);
	ck_assert_uint_eq(findings.count, 0);
	ck_assert(!allow_is_empty(settings));
	bool permitted = allow_permits(allow, cert);
	allow_free(allow);
	stringlist_fini(list);
	free(text);
	return permitted;
}

static bool
permits_cn(const char *rules)
{
	struct allow_settings settings = { 0 };

	return permits(&settings, &settings.cn, rules);
}

static bool
permits_dns(const char *rules)
{
	struct allow_settings settings = { 0 };

	return permits(&settings, &settings.dns, rules);
}

static bool
permits_uri(const char *rules)
{
	struct allow_settings settings = { 0 };

	return permits(&settings, &settings.uri, rules);
}

static bool
permits_pin(const char *rules)
{
	struct allow_settings settings = { 0 };

	return permits(&settings, &settings.pin, rules);
}

START_TEST(a_common_name_is_the_whole_name_in_its_own_case)
{
	begin();
	add_common_name("alice", 5);
	make();
	ck_assert(permits_cn("alice"));
	ck_assert(permits_cn("bob, alice"));
	ck_assert(!permits_cn("Alice"));
	ck_assert(!permits_cn("alic, lice, alice.example.org, *"));
	ck_assert(!permits_dns("alice"));
	ck_assert(!permits_uri("alice"));
	end();
}
END_TEST

START_TEST(a_common_name_with_a_comma_is_quoted)
{
	begin();
	add_common_name("Doe, \"J\"", 8);
	make();
	ck_assert(permits_cn("\"Doe, \\\"J\\\"\""));
	ck_assert(permits_cn("bob, \"Doe, \\\"J\\\"\""));
	ck_assert(!permits_cn("\"Doe, J\""));
	ck_assert(!permits_cn("Doe, J"));
	end();
}
END_TEST

START_TEST(a_name_does_not_end_at_a_nul)
{
	static const char name[] = "alice\0.mallory.example";
	static const char dns[] = "www.example.org\0.mallory.example";
	static const char uri[] = "spiffe://example.org/alice\0mallory";

	begin();
	add_common_name(name, sizeof name - 1);
	add_name(DNS, dns, sizeof dns - 1);
	add_name(URI, uri, sizeof uri - 1);
	make();
	ck_assert(!permits_cn("alice"));
	ck_assert(!permits_dns("www.example.org, *.example.org"));
	ck_assert(!permits_uri("spiffe://example.org/alice"));
	end();
}
END_TEST

START_TEST(dns_names_fit_in_any_case_and_a_wildcard_one_label)
{
	begin();
	ADD_NAME(DNS, "Carol.Example.org");
	make();
	ck_assert(permits_dns("carol.example.ORG"));
	ck_assert(permits_dns("*.example.org"));
	ck_assert(!permits_dns("example.org, .example.org, *.org, *, carol"));
	ck_assert(!permits_dns("*.carol.example.org, a.carol.example.org"));
	end();
	begin();
	ADD_NAME(DNS, "a.b.example.org");
	make();
	ck_assert(!permits_dns("*.example.org"));
	end();
}
END_TEST

START_TEST(a_wildcard_in_the_certificate_stands_for_no_other_name)
{
	begin();
	ADD_NAME(DNS, "*.example.org");
	ADD_NAME(DNS, "*");
	ADD_NAME(DNS, ".example.net");
	make();
	ck_assert(!permits_dns("www.example.org, example.org, example.net"));
	ck_assert(!permits_dns("*.example.net"));
	ck_assert(permits_dns("*.example.org"));
	end();
}
END_TEST

START_TEST(a_uri_is_the_whole_uri_in_its_own_case)
{
	begin();
	ADD_NAME(URI, "spiffe://example.org/Carol");
	make();
	ck_assert(permits_uri("spiffe://example.org/Carol"));
	ck_assert(!permits_uri("spiffe://example.org/carol"));
	ck_assert(!permits_uri("spiffe://example.org/, spiffe://example.org/*"));
	ck_assert(!permits_dns("spiffe://example.org/Carol"));
	end();
}
END_TEST

START_TEST(names_of_one_kind_fit_no_rules_of_another)
{
	static const unsigned char address[] = { 192, 0, 2, 7 };

	begin();
	ADD_NAME(EMAIL, "alice@example.org");
	add_name(IP, address, sizeof address);
	ADD_NAME(DNS, "alice");
	make();
	ck_assert(!permits_dns("alice@example.org, 192.0.2.7, example.org"));
	ck_assert(!permits_uri("alice@example.org, alice"));
	ck_assert(!permits_cn("alice, alice@example.org"));
	end();
}
END_TEST

START_TEST(any_of_many_names_matches_despite_a_huge_one)
{
	char huge[4096];

	memset(huge, 'a', sizeof huge);
	begin();
	add_name(DNS, huge, sizeof huge);
	for (int i = 0; i < 200; i++) {
		char name[32];
		int size = snprintf(name, sizeof name, "host%d.example.org", i);
		add_name(DNS, name, (size_t)size);
	}
	make();
	ck_assert(permits_dns("host199.example.org"));
	ck_assert(!permits_dns("host200.example.org"));
	end();
}
END_TEST

/* It would be ambiguous which name counts. */
START_TEST(certificate_with_several_common_names_matches_no_rule)
{
	gnutls_datum_t name;
	struct identity identity;

	begin();
	add_common_name("alice", 5);
	add_common_name("mallory", 7);
	make();
	ck_assert(!permits_cn("alice"));
	ck_assert(!permits_cn("mallory"));
	ck_assert(!identity_common_name(cert, &name));
	identity_read(cert, &identity);
	ck_assert_msg(strstr(identity.name, "CN=alice") != NULL &&
			  strstr(identity.name, "CN=mallory") != NULL,
	    "%s", identity.name);
	end();
}
END_TEST

/* U+616C U+6963: two Chinese characters whose encoding equals that of "alic". */
START_TEST(bytes_of_another_string_type_do_not_match_a_name)
{
	static const unsigned char name[] = { BMP_STRING, 4, 'a', 'l', 'i', 'c' };
	struct identity identity;

	begin();
	ck_assert_int_eq(gnutls_x509_crt_set_dn_by_oid(
			     cert, GNUTLS_OID_X520_COMMON_NAME, 1, name, sizeof name),
	    0);
	make();
	ck_assert(!permits_cn("alic"));
	identity_read(cert, &identity);
	ck_assert_str_ne(identity.name, "alic");
	end();
}
END_TEST

START_TEST(a_certificate_without_names_fits_no_rule)
{
	begin();
	make();
	ck_assert(!permits_cn("alice"));
	ck_assert(!permits_dns("*.example.org"));
	ck_assert(!permits_uri("spiffe://example.org/alice"));
	end();
}
END_TEST

START_TEST(pin_depends_on_the_key_and_not_on_the_certificate)
{
	struct pki_pair *first = pki_make(&(struct pki_options){ .name = "a" }, NULL);
	struct pki_pair *again =
	    pki_make_again(&(struct pki_options){ .name = "b" }, NULL, first);
	struct pki_pair *other = pki_make(&(struct pki_options){ .name = "a" }, NULL);
	struct pin pin;
	char text[PIN_TEXT_SIZE];

	ck_assert_int_eq(pin_read(first->cert, &pin), 0);
	pin_format(&pin, text);
	cert = first->cert;
	ck_assert(permits_pin(text));
	cert = again->cert;
	ck_assert(permits_pin(text));
	cert = other->cert;
	ck_assert(!permits_pin(text));
	pki_free(first);
	pki_free(again);
	pki_free(other);
}
END_TEST

static void
expect_no_pin(const char *text)
{
	struct pin pin;

	ck_assert_msg(pin_parse(text, strlen(text), &pin) < 0, "taken: %s", text);
}

START_TEST(a_pin_is_read_as_it_is_written_and_not_otherwise)
{
	static const char text[] =
	    "pin-sha256:q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+wJU=";
	char written[PIN_TEXT_SIZE];
	struct pin pin;

	ck_assert_int_eq(pin_parse(text, strlen(text), &pin), 0);
	ck_assert_str_eq(pin_format(&pin, written), text);
	expect_no_pin("");
	expect_no_pin("pin-sha256:");
	expect_no_pin("q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+wJU=");
	expect_no_pin("PIN-SHA256:q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+wJU=");
	expect_no_pin("pin-sha256:q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+wJU");
	expect_no_pin("pin-sha256:q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+wJU==");
	expect_no_pin("pin-sha256:q6n_a09aro4Nm-hx2aADtdjD5MnhjRAQyfXQOAC-wJU=");
	expect_no_pin("pin-sha256:q6n/a09aro4Nm+hx2aADtdjD5MnhjRAQyfXQOAC+w\n==");
	expect_no_pin("pin-sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA====");
}
END_TEST

START_TEST(invalid_pin_is_reported)
{
	struct allow_settings settings = { 0 };
	struct findings findings;

	findings_init(&findings);
	stringlist_add(&settings.pin, "pin-sha256:abc", 14);
	stringlist_add(&settings.pin, "sha1:abc", 8);
	ck_assert_ptr_null(allow_new(&settings, &findings));
	ck_assert_uint_eq(findings.errors, 2);
	ck_assert_ptr_nonnull(strstr(
	    findings.items[0].text, "allow-pin: \"pin-sha256:abc\" is not a pin"));
	findings_fini(&findings);
	stringlist_fini(&settings.pin);
}
END_TEST

SUITE("allow", a_common_name_is_the_whole_name_in_its_own_case,
    a_common_name_with_a_comma_is_quoted, a_name_does_not_end_at_a_nul,
    dns_names_fit_in_any_case_and_a_wildcard_one_label,
    a_wildcard_in_the_certificate_stands_for_no_other_name,
    a_uri_is_the_whole_uri_in_its_own_case, names_of_one_kind_fit_no_rules_of_another,
    any_of_many_names_matches_despite_a_huge_one,
    certificate_with_several_common_names_matches_no_rule,
    bytes_of_another_string_type_do_not_match_a_name,
    a_certificate_without_names_fits_no_rule,
    pin_depends_on_the_key_and_not_on_the_certificate,
    a_pin_is_read_as_it_is_written_and_not_otherwise, invalid_pin_is_reported)
