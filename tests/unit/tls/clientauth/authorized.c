/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/clientauth/authorized.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/x509/pin.h"

enum { MANY = 1000 };

static struct pki_pair *alice;
static char pin[PIN_TEXT_SIZE]; /* of the certificate of alice */
static struct findings findings;

static void
begin(void)
{
	struct pin read;

	alice = pki_make(&(struct pki_options){ .name = "alice" }, NULL);
	ck_assert_int_eq(pin_read(alice->cert, &read), 0);
	pin_format(&read, pin);
	findings_init(&findings);
}

/* Loads a file with `text` for `service`. Returns NULL after an error. */
static struct authorized *
load(const char *text, const char *service)
{
	findings_fini(&findings);
	return authorized_new(suite_file("clients", text), service, &findings);
}

/* Returns the name that a file of one line, the pin and `rest`, gives alice. */
static const char *
name_by(const char *rest, const char *service)
{
	static char name[300];
	char *text = memory_format("%s%s", pin, rest);
	struct authorized *authorized = load(text, service);

	free(text);
	ck_assert_ptr_nonnull(authorized);
	const struct authorized_client *client =
	    authorized_find(authorized, alice->cert);
	snprintf(name, sizeof name, "%s",
	    client == NULL         ? "(stranger)"
	    : client->name == NULL ? "(nameless)"
				   : client->name);
	authorized_free(authorized);
	return name;
}

static void
expect_wrong(const char *text, const char *words)
{
	ck_assert_ptr_null(load(text, "web"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_msg(strstr(findings.items[0].text, words) != NULL, "%s",
	    findings.items[0].text);
}

/* Expects a line of the pin and `rest` to be refused with these words. */
static void
expect_wrong_rest(const char *rest, const char *words)
{
	char *text = memory_format("%s %s\n", pin, rest);

	expect_wrong(text, words);
	free(text);
}

START_TEST(a_line_names_a_client_and_its_services)
{
	begin();
	ck_assert_str_eq(name_by(" name=al", "web"), "al");
	ck_assert_str_eq(name_by("\tservice=web\tname=al  \r\n", "web"), "al");
	ck_assert_str_eq(name_by(" service=mail,web name=al\n", "web"), "al");
	ck_assert_str_eq(name_by("\n", "web"), "(nameless)");
	ck_assert_str_eq(name_by(" service=mail name=al\n", "web"), "(stranger)");
	ck_assert_str_eq(name_by(" service=webmail,WEB\n", "web"), "(stranger)");
}
END_TEST

START_TEST(comments_and_empty_lines_are_passed_over)
{
	begin();
	char *text =
	    memory_format("# %s name=no\n\n  \t\r\n   # more\n%s name=al", pin, pin);
	struct authorized *authorized = load(text, "web");

	ck_assert_ptr_nonnull(authorized);
	ck_assert_uint_eq(authorized_count(authorized), 1);
	ck_assert_str_eq(authorized_find(authorized, alice->cert)->name, "al");
	authorized_free(authorized);
	free(text);
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over)
{
	begin();
	char *text = memory_format("\xef\xbb\xbf%s name=al\r\n", pin);
	struct authorized *authorized = load(text, "web");

	ck_assert_ptr_nonnull(authorized);
	ck_assert_str_eq(authorized_find(authorized, alice->cert)->name, "al");
	authorized_free(authorized);
	free(text);
}
END_TEST

START_TEST(client_is_identified_by_its_key_and_not_by_its_certificate)
{
	begin();
	struct pki_pair *renewed =
	    pki_make_again(&(struct pki_options){ .name = "bob" }, NULL, alice);
	struct pki_pair *namesake =
	    pki_make(&(struct pki_options){ .name = "alice" }, NULL);
	struct authorized *authorized = load(pin, "web");

	ck_assert_ptr_nonnull(authorized_find(authorized, renewed->cert));
	ck_assert_ptr_null(authorized_find(authorized, namesake->cert));
	authorized_free(authorized);
	pki_free(renewed);
	pki_free(namesake);
}
END_TEST

START_TEST(each_of_a_thousand_listed_keys_is_found_and_no_other_key)
{
	begin();
	char *text = memory_copy("");
	for (unsigned i = 0; i < MANY; i++) {
		struct pin made = { { 0 } };
		char one[PIN_TEXT_SIZE];
		memcpy(made.hash, &i, sizeof i);
		memory_append(&text, "%s name=n%u\n", pin_format(&made, one), i);
	}
	struct authorized *authorized = load(text, "web");
	ck_assert_uint_eq(authorized_count(authorized), MANY);
	ck_assert_ptr_null(authorized_find(authorized, alice->cert));
	authorized_free(authorized);
	char *with_her = memory_format("%s%s name=al\n", text, pin);
	authorized = load(with_her, "web");
	ck_assert_str_eq(authorized_find(authorized, alice->cert)->name, "al");
	authorized_free(authorized);
	free(with_her);
	free(text);
}
END_TEST

START_TEST(names_that_could_mean_anything_elsewhere_are_refused)
{
	begin();
	expect_wrong_rest("name=", "is not a name");
	expect_wrong_rest("name=a\\b", "is not a name");
	expect_wrong_rest("name=a=b", "is not a name");
	expect_wrong_rest("name='a'", "is not a name");
	expect_wrong_rest("name=\x1b[2J", "\"name=\\x1b[2J\" is not a name");
	expect_wrong_rest("name=\xc3\xa4", "is not a name");
	expect_wrong_rest("name=a b", "\"b\" is neither name=NAME nor");
	char longest[300];
	memset(longest, 'x', sizeof longest);
	memcpy(longest, "name=", 5);
	longest[5 + 256] = '\0';
	expect_wrong_rest(longest, "is not a name");
	longest[5 + 255] = '\0';
	char *text = memory_format("%s %s\n", pin, longest);
	struct authorized *authorized = load(text, "web");
	ck_assert_str_eq(authorized_find(authorized, alice->cert)->name, longest + 5);
	authorized_free(authorized);
	free(text);
}
END_TEST

START_TEST(one_key_has_one_line_for_each_service)
{
	begin();
	char *text = memory_format("%s name=a\n\n%s name=b\n", pin, pin);
	expect_wrong(text, ":3: has the pin of line 1, for the same service");
	free(text);
	text =
	    memory_format("%s name=a service=web\n%s name=b service=mail\n", pin, pin);
	struct authorized *authorized = load(text, "mail");
	ck_assert_str_eq(authorized_find(authorized, alice->cert)->name, "b");
	authorized_free(authorized);
	free(text);
}
END_TEST

START_TEST(invalid_client_list_is_reported)
{
	begin();
	expect_wrong(
	    "pin-sha256:abc name=al\n", "clients:1: \"pin-sha256:abc\" is not a pin");
	expect_wrong_rest("service=\"web", "a quote is not closed");
	expect_wrong("ssh-ed25519 AAAA\n", "\"ssh-ed25519\" is not a pin");
	ck_assert_ptr_null(authorized_new("/nowhere/clients", "web", &findings));
	ck_assert_ptr_nonnull(
	    strstr(findings.items[1].text, "authorized-certs: /nowhere/clients: "));
}
END_TEST

SUITE("authorized", a_line_names_a_client_and_its_services,
    comments_and_empty_lines_are_passed_over, a_byte_order_mark_is_passed_over,
    client_is_identified_by_its_key_and_not_by_its_certificate,
    each_of_a_thousand_listed_keys_is_found_and_no_other_key,
    names_that_could_mean_anything_elsewhere_are_refused,
    one_key_has_one_line_for_each_service, invalid_client_list_is_reported)
