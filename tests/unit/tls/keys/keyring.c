/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/keys/keypair.h"

static const char *const localhost[] = { "localhost", NULL };

static struct keypair_files files;

static void
write_key(const struct pki_options *options)
{
	struct pki_pair *pair = pki_make(options, NULL);

	files.cert = pki_cert_file("server.crt", pair);
	files.key = pki_key_file("server.key", pair);
	pki_free(pair);
}

/* Loads the pair of `files`. Expects that many warnings. */
static struct keypair *
load(struct keyring *keyring, size_t warnings)
{
	struct findings findings;

	findings_init(&findings);
	struct keypair *pair = keyring_load(keyring, &files, &findings);
	ck_assert_ptr_nonnull(pair);
	ck_assert_uint_eq(findings.count, warnings);
	findings_fini(&findings);
	return pair;
}

/* Replaces `*keyring` by a successor, and `*pair` by the pair that it loads. True if
 * that is the same pair. */
static bool
is_taken_over(struct keyring **keyring, struct keypair **pair, size_t warnings)
{
	struct keyring *next = keyring_new(*keyring);
	struct keypair *loaded = load(next, warnings);
	bool same = loaded == *pair;

	keyring_close(next);
	keyring_free(*keyring);
	keypair_drop(*pair);
	*keyring = next;
	*pair = loaded;
	return same;
}

/* Loads the files repeatedly until they are old enough to be taken over. */
static void
take_over_in_time(struct keyring **keyring, struct keypair **pair, size_t warnings)
{
	const struct deadline end = deadline_in(SUITE_PATIENCE_MS);

	while (!is_taken_over(keyring, pair, warnings))
		ck_assert(!deadline_passed(end));
}

START_TEST(a_keyring_loads_files_once)
{
	struct keyring *keyring = keyring_new(NULL);

	write_key(&(struct pki_options){ .name = "localhost" }); /* without names */
	struct keypair *first = load(keyring, 1), *second = load(keyring, 1);
	ck_assert_ptr_eq(first, second);
	keyring_free(keyring);
	keypair_drop(first);
	ck_assert_str_eq(keypair_file(second), files.cert);
	keypair_drop(second);
	keyring_free(NULL);
}
END_TEST

START_TEST(unchanged_files_are_taken_over_with_their_warnings)
{
	struct keyring *keyring = keyring_new(NULL);

	write_key(&(struct pki_options){ .name = "localhost" });
	struct keypair *pair = load(keyring, 1);
	take_over_in_time(&keyring, &pair, 1);
	ck_assert(is_taken_over(&keyring, &pair, 1));
	keyring_free(keyring);
	keypair_drop(pair);
}
END_TEST

START_TEST(changed_files_are_loaded_again)
{
	const struct pki_options options = { .dns = localhost };
	struct keyring *keyring = keyring_new(NULL);

	write_key(&options);
	struct keypair *pair = load(keyring, 0);
	take_over_in_time(&keyring, &pair, 0);
	write_key(&options);
	ck_assert(!is_taken_over(&keyring, &pair, 0));
	/* A pair that was checked for another use is loaded again, too. */
	take_over_in_time(&keyring, &pair, 0);
	files.decrypts = true;
	ck_assert(!is_taken_over(&keyring, &pair, 0));
	keyring_free(keyring);
	keypair_drop(pair);
}
END_TEST

START_TEST(a_pair_that_is_not_valid_is_loaded_again)
{
	struct keyring *keyring = keyring_new(NULL), *expired = keyring_new(NULL);

	write_key(&(struct pki_options){
	    .dns = localhost, .begins = -2 * PKI_DAY, .ends = -PKI_DAY });
	struct keypair *ended = load(expired, 1);
	struct keypair_files theirs = files;
	struct pki_pair *valid =
	    pki_make(&(struct pki_options){ .dns = localhost }, NULL);
	files.cert = pki_cert_file("valid.crt", valid);
	files.key = pki_key_file("valid.key", valid);
	struct keypair *pair = load(keyring, 0);
	take_over_in_time(&keyring, &pair, 0);
	files = theirs; /* these are older */
	ck_assert(!is_taken_over(&expired, &ended, 1));
	ck_assert(!is_taken_over(&expired, &ended, 1));
	pki_free(valid);
	keyring_free(keyring);
	keyring_free(expired);
	keypair_drop(pair);
	keypair_drop(ended);
}
END_TEST

START_TEST(files_that_do_not_load_are_tried_again)
{
	struct keyring *keyring = keyring_new(NULL);
	struct findings findings;

	findings_init(&findings);
	files.cert = suite_path("server.crt");
	files.key = suite_path("server.key");
	ck_assert_ptr_null(keyring_load(keyring, &files, &findings));
	ck_assert_uint_gt(findings.errors, 0);
	write_key(&(struct pki_options){ .dns = localhost });
	keypair_drop(load(keyring, 0));
	keyring_free(keyring);
	findings_fini(&findings);
}
END_TEST

SUITE("keyring", a_keyring_loads_files_once,
    unchanged_files_are_taken_over_with_their_warnings, changed_files_are_loaded_again,
    a_pair_that_is_not_valid_is_loaded_again, files_that_do_not_load_are_tried_again)
