/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cipher suites and groups by name. */
#include "tls/policy/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/resemblance.h"
#include "tls/policy/hybrids.h"
#include "tls/policy/suite.h"
#include "tls/policy/weakness.h"

static void
complain_unknown(const char *key, const char *name, const char *nearest,
    const char *examples, struct findings *findings)
{
	if (strchr(name, ':') != NULL)
		findings_error(findings,
		    "%s: %s: is not one name: write commas instead of colons", key,
		    name);
	else if (nearest != NULL)
		findings_error(findings, "%s: %s: is unknown: did you mean %s?", key,
		    name, nearest);
	else
		findings_error(findings, "%s: %s: is unknown: use names such as %s",
		    key, name, examples);
}

/* `flaw` is the flaw of the named suite or group, or NULL. */
static void
complain_outside(const char *key, const char *name, const char *flaw, bool is_wider,
    const struct selection_scope *scope, struct findings *findings)
{
	findings_error(findings, "%s: %s: is not in profile %s%s%s%s: remove it%s%s",
	    key, name, scope->profile, flaw != NULL ? " (" : "",
	    flaw != NULL ? flaw : "", flaw != NULL ? ")" : "",
	    is_wider ? ", or set profile = " : "", is_wider ? scope->wider : "");
}

static void
complain_twice(const char *key, const char *name, struct findings *findings)
{
	findings_error(findings, "%s: %s: is listed twice: remove one", key, name);
}

static bool
has_suite(gnutls_priority_t priority, const char *name)
{
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite); i++)
		if (suite.name != NULL && strcmp(suite.name, name) == 0)
			return true;
	return false;
}

static void
refuse_unknown_suite(
    const char *name, const struct selection_scope *scope, struct findings *findings)
{
	char *wrong = suite_common_name(name);
	struct resemblance resemblance = resemblance_to(wrong);
	struct suite suite;

	for (unsigned i = 0; suite_at(scope->profiled, i, &suite); i++) {
		if (suite.name == NULL)
			continue;
		char *common = suite_common_name(suite.name);
		resemblance_try_form(&resemblance, suite.name, common);
		free(common);
	}
	free(wrong);
	complain_unknown("ciphers", name, resemblance.nearest,
	    "TLS_AES_128_GCM_SHA256 and ECDHE-RSA-AES128-GCM-SHA256", findings);
}

static void
refuse_suite(const char *name, const struct suite *suite,
    const struct selection_scope *scope, struct findings *findings)
{
	const bool tls13 = suite_is_tls13(suite);
	const bool is_wider = has_suite(scope->widest, suite->name);

	if (suite->kx == GNUTLS_KX_ECDHE_PSK)
		findings_error(findings,
		    "ciphers: %s: is not to be listed: psk-file enables ECDHE-PSK with "
		    "the ciphers of the other names: remove it",
		    name);
	else if (is_wider && !weakness_speaks(scope->profiled,
				 tls13 ? GNUTLS_TLS1_3 : GNUTLS_TLS1_2))
		findings_error(findings,
		    "ciphers: %s: is for TLS %s, which is off: remove it, or change "
		    "profile, tls-min or tls-max",
		    name, tls13 ? "1.3" : "1.2");
	else
		complain_outside("ciphers", name, suite_flaw_text(suite_flaw(suite)),
		    is_wider, scope, findings);
}

/* Appends the words of a priority string, each once and in the order in which they were added. */
static void
add_word(struct stringlist *words, const char *prefix, const char *name)
{
	char *word = memory_format("+%s%s", prefix, name);

	if (!stringlist_has(words, word))
		stringlist_add(words, word, strlen(word));
	free(word);
}

/* Appends the words to `*text`, which may be NULL. */
static void
append_words(char **text, const struct stringlist *words)
{
	for (size_t i = 0; i < words->count; i++)
		memory_append(text, "%s%s", *text != NULL ? ":" : "", words->items[i]);
}

/* The suites of a version while they are read. */
struct suites {
	struct stringlist names, exchanges, ciphers, macs;
};

static void
add_suite(struct suites *suites, const struct suite *suite)
{
	stringlist_add(&suites->names, suite->name, strlen(suite->name));
	if (!suite_is_tls13(suite))
		add_word(&suites->exchanges, "", gnutls_kx_get_name(suite->kx));
	add_word(&suites->ciphers, "", gnutls_cipher_get_name(suite->cipher));
	add_word(&suites->macs, "", gnutls_mac_get_name(suite->mac));
}

/* Returns the suites as a part of a priority string, or NULL if there are none. */
static char *
format_suites(const struct suites *suites)
{
	char *text = NULL;

	append_words(&text, &suites->exchanges);
	append_words(&text, &suites->ciphers);
	append_words(&text, &suites->macs);
	return text;
}

/* The library groups all suites of a key exchange. */
static void
sort_by_exchange(const struct suites *suites, struct stringlist *order)
{
	struct suite suite;

	for (size_t i = 0; i < suites->exchanges.count; i++)
		for (size_t j = 0; j < suites->names.count; j++) {
			const char *name = suites->names.items[j];
			if (suite_named(name, &suite) &&
			    strcmp(gnutls_kx_get_name(suite.kx),
				suites->exchanges.items[i] + 1) == 0)
				stringlist_add(order, name, strlen(name));
		}
}

static void
fini_suites(struct suites *suites)
{
	stringlist_fini(&suites->names);
	stringlist_fini(&suites->exchanges);
	stringlist_fini(&suites->ciphers);
	stringlist_fini(&suites->macs);
}

static void
read_suites(struct selection *selection, const struct stringlist *names,
    const struct selection_scope *scope, struct findings *findings)
{
	struct suites tls12 = { 0 }, tls13 = { 0 };
	struct suite suite;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];
		bool known = suite_named(name, &suite);
		struct suites *suites =
		    known && suite_is_tls13(&suite) ? &tls13 : &tls12;
		if (!known)
			refuse_unknown_suite(name, scope, findings);
		else if (!has_suite(scope->profiled, suite.name))
			refuse_suite(name, &suite, scope, findings);
		else if (stringlist_has(&suites->names, suite.name))
			complain_twice("ciphers", name, findings);
		else
			add_suite(suites, &suite);
	}
	selection->tls12 = format_suites(&tls12);
	selection->tls13 = format_suites(&tls13);
	sort_by_exchange(&tls12, &selection->order);
	fini_suites(&tls12);
	fini_suites(&tls13);
}

/* Returns the library's name of a group, or `name` itself where they do not differ. */
static const char *
translate_group(const char *name)
{
	static const char *const names[][2] = { { "p256", "secp256r1" },
		{ "prime256v1", "secp256r1" }, { "p384", "secp384r1" },
		{ "p521", "secp521r1" } };
	char letters[RESEMBLANCE_LETTERS_SIZE];

	if (!resemblance_letters(name, letters))
		return name;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(letters, names[i][0]) == 0)
			return names[i][1];
	return name;
}

/* Returns the name of the group that the library or IANA calls `name`, or NULL. */
static const char *
find_group(const char *name)
{
	for (const gnutls_group_t *group = gnutls_group_list(); *group != 0; group++)
		if (resemblance_distance(name, gnutls_group_get_name(*group)) == 0)
			return gnutls_group_get_name(*group);
	return NULL;
}

static bool
has_group(gnutls_priority_t priority, const char *name)
{
	const unsigned *list;
	int count = gnutls_priority_group_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (strcmp(gnutls_group_get_name(list[i]), name) == 0)
			return true;
	return false;
}

static void
refuse_unknown_group(
    const char *name, const struct selection_scope *scope, struct findings *findings)
{
	struct resemblance resemblance = resemblance_to(name);
	const unsigned *list;
	int count = gnutls_priority_group_list(scope->profiled, &list);

	for (int i = 0; i < count; i++)
		resemblance_try(&resemblance, gnutls_group_get_name(list[i]));
	complain_unknown(
	    "groups", name, resemblance.nearest, "X25519 and P-256", findings);
}

static void
refuse_group(
    const char *name, const struct selection_scope *scope, struct findings *findings)
{
	if (hybrids_find(name) != NULL)
		findings_error(findings,
		    "groups: %s: this GnuTLS (%s) does not have it: remove it, or "
		    "install GnuTLS 3.8.10 or later, built with leancrypto",
		    name, gnutls_check_version(NULL));
	else
		refuse_unknown_group(name, scope, findings);
}

static void
read_groups(struct selection *selection, const struct stringlist *names,
    const struct selection_scope *scope, struct findings *findings)
{
	struct stringlist words = { 0 };

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];
		const char *group = find_group(translate_group(name));
		size_t count = words.count;
		if (group == NULL)
			refuse_group(name, scope, findings);
		else if (!has_group(scope->profiled, group))
			complain_outside("groups", name, NULL,
			    has_group(scope->widest, group), scope, findings);
		else {
			add_word(&words, "GROUP-", group);
			if (words.count == count)
				complain_twice("groups", name, findings);
		}
	}
	append_words(&selection->groups, &words);
	stringlist_fini(&words);
}

void
selection_read(struct selection *selection, const struct stringlist *ciphers,
    const struct stringlist *groups, const struct selection_scope *scope,
    struct findings *findings)
{
	*selection = (struct selection){ 0 };
	read_suites(selection, ciphers, scope, findings);
	read_groups(selection, groups, scope, findings);
}

void
selection_fini(struct selection *selection)
{
	free(selection->groups);
	free(selection->tls12);
	free(selection->tls13);
	stringlist_fini(&selection->order);
}

void
selection_check(const struct selection *selection, gnutls_priority_t priority,
    struct findings *findings)
{
	struct stringlist order = { 0 };
	struct suite suite;

	if (selection->tls12 == NULL)
		return;
	for (unsigned i = 0; suite_at(priority, i, &suite); i++)
		if (suite.name != NULL && !suite_is_tls13(&suite) &&
		    suite.kx != GNUTLS_KX_ECDHE_PSK)
			stringlist_add(&order, suite.name, strlen(suite.name));
	if (!stringlist_equal(&order, &selection->order)) {
		char *names = stringlist_join(&order);
		findings_error(findings,
		    "ciphers: GnuTLS combines every key exchange of the list with "
		    "every cipher and MAC in TLS 1.2: write %s, or remove some",
		    names);
		free(names);
	}
	stringlist_fini(&order);
}
