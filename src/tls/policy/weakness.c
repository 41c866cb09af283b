/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Priority strings: the refused parts, and what to append to them. */
#include "tls/policy/weakness.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "tls/policy/suite.h"

enum {
	ROUNDS_MAX = 6
}; /* one for each kind, because a fix for one may uncover another */

/* The kinds, in the order of the message. */
enum { NO_CERTIFICATE, OLD_VERSION, NOT_SECRET, PLAIN, CBC, OLD_SIGNATURE, KIND_COUNT };

static const char *const reasons[KIND_COUNT] = {
	[NO_CERTIFICATE] = "no RSA, ECDSA or EdDSA certificate",
	[OLD_VERSION] = "before TLS 1.2",
	[NOT_SECRET] = "no forward secrecy",
	[PLAIN] = "no encryption",
	[CBC] = "CBC",
	[OLD_SIGNATURE] = "SHA-1",
};

/* The forbidden parts of a priority: the words of the string for each kind. */
struct flaws {
	struct stringlist words[KIND_COUNT];
	bool tls12, tls13;
};

static void
note_flaw(struct flaws *flaws, int kind, const char *prefix, const char *name)
{
	char *word = memory_format("%s%s", prefix, name);

	if (!stringlist_has(&flaws->words[kind], word))
		stringlist_add(&flaws->words[kind], word, strlen(word));
	free(word);
}

static void
fini_flaws(struct flaws *flaws)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		stringlist_fini(&flaws->words[kind]);
}

bool
weakness_speaks(gnutls_priority_t priority, gnutls_protocol_t version)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == version)
			return true;
	return false;
}

static void
examine_versions(gnutls_priority_t priority, struct flaws *flaws)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(priority, &list);

	flaws->tls12 = weakness_speaks(priority, GNUTLS_TLS1_2);
	flaws->tls13 = weakness_speaks(priority, GNUTLS_TLS1_3);
	for (int i = 0; i < count; i++)
		if (list[i] < GNUTLS_TLS1_2)
			note_flaw(flaws, OLD_VERSION, "VERS-",
			    gnutls_protocol_get_name(list[i]));
}

/* True if a service, which has certificates but no DSA or GOST keys, can negotiate it. */
static bool
has_credentials(gnutls_kx_algorithm_t kx)
{
	return kx == GNUTLS_KX_ECDHE_ECDSA || kx == GNUTLS_KX_ECDHE_RSA ||
	       kx == GNUTLS_KX_DHE_RSA || kx == GNUTLS_KX_RSA;
}

static void
examine_key_exchanges(gnutls_priority_t priority, struct flaws *flaws)
{
	const unsigned *list;
	int count = gnutls_priority_kx_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (!has_credentials(list[i]))
			note_flaw(
			    flaws, NO_CERTIFICATE, "", gnutls_kx_get_name(list[i]));
}

static void
examine_suites(gnutls_priority_t priority, struct flaws *flaws)
{
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite); i++) {
		if (suite.name == NULL ||
		    (!suite_is_tls13(&suite) && !has_credentials(suite.kx)))
			continue;
		switch (suite_flaw(&suite)) {
		case SUITE_NOT_SECRET:
			note_flaw(flaws, NOT_SECRET, "", gnutls_kx_get_name(suite.kx));
			break;
		case SUITE_PLAIN:
			note_flaw(
			    flaws, PLAIN, "", gnutls_cipher_get_name(suite.cipher));
			break;
		case SUITE_CBC:
			note_flaw(flaws, CBC, "", gnutls_mac_get_name(suite.mac));
			break;
		default:
			break;
		}
	}
}

static void
examine_signatures(gnutls_priority_t priority, struct flaws *flaws)
{
	const unsigned *list;
	int count = gnutls_priority_sign_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (gnutls_sign_get_hash_algorithm(list[i]) == GNUTLS_DIG_SHA1)
			note_flaw(flaws, OLD_SIGNATURE, "SIGN-",
			    gnutls_sign_get_name(list[i]));
}

static void
examine_priority(gnutls_priority_t priority, struct flaws *flaws)
{
	*flaws = (struct flaws){ 0 };
	examine_versions(priority, flaws);
	examine_key_exchanges(priority, flaws);
	examine_suites(priority, flaws);
	examine_signatures(priority, flaws);
}

/* True if TLS 1.2 or 1.3 is enabled and there are no flaws, apart from weak ones if these are
 * allowed. */
static bool
is_sound(const struct flaws *flaws, bool allow_weak)
{
	if (!flaws->tls12 && !flaws->tls13)
		return false;
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (flaws->words[kind].count > 0 &&
		    (kind == NO_CERTIFICATE || !allow_weak))
			return false;
	return true;
}

static void
append_removals(char **text, const struct stringlist *words)
{
	for (size_t i = 0; i < words->count; i++)
		memory_append(text, ":-%s", words->items[i]);
}

/* Appends to `*text` what removes the flaws from a priority. */
static void
append_remedy(char **text, const struct flaws *flaws, bool allow_weak)
{
	const bool versionless = !flaws->tls12 && !flaws->tls13;
	const struct stringlist *words = flaws->words;

	/* Removing versions one by one may leave a gap, and the library then drops all versions
	 * above it. */
	if (versionless || (words[OLD_VERSION].count > 0 && !allow_weak))
		memory_append(text, ":-VERS-ALL%s%s",
		    flaws->tls13 || versionless ? ":+VERS-TLS1.3" : "",
		    flaws->tls12 || versionless ? ":+VERS-TLS1.2" : "");
	append_removals(text, &words[NO_CERTIFICATE]);
	if (allow_weak)
		return;
	append_removals(text, &words[NOT_SECRET]);
	append_removals(text, &words[PLAIN]);
	if (words[CBC].count > 0)
		memory_append(text, ":-MAC-ALL:+AEAD");
	append_removals(text, &words[OLD_SIGNATURE]);
}

/* `*text` is a priority that enables too little. Appends what makes it usable. Returns false if
 * nothing does. */
static bool
complete_priority(const char *priority, char **text)
{
#define VERSIONS ":+VERS-TLS1.3:+VERS-TLS1.2"
#define SUITES                                                                     \
	":+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:+AEAD:+GROUP-X25519:+" \
	"GROUP-SECP256R1:+SIGN-ALL"
	static const char *const additions[] = { VERSIONS, SUITES, VERSIONS SUITES };
	bool found = false;

	for (size_t i = 0; i < sizeof additions / sizeof additions[0] && !found; i++) {
		gnutls_priority_t parsed;
		char *whole = memory_format("%s%s%s", priority, *text, additions[i]);
		if (gnutls_priority_init(&parsed, whole, NULL) == 0) {
			gnutls_priority_deinit(parsed);
			memory_append(text, "%s", additions[i]);
			found = true;
		}
		free(whole);
	}
	return found;
}

/* Makes `*text` longer. Returns 1 if the priority is accepted with it appended, 0 if not yet,
 * and -1 if nothing helps. */
static int
append_remedy_once(const char *priority, bool allow_weak, char **text)
{
	char *whole = memory_format("%s%s", priority, *text);
	gnutls_priority_t parsed;
	struct flaws flaws;
	int code = gnutls_priority_init(&parsed, whole, NULL);

	free(whole);
	if (code == GNUTLS_E_NO_PRIORITIES_WERE_SET)
		return complete_priority(priority, text) ? 0 : -1;
	if (code < 0)
		return -1;
	examine_priority(parsed, &flaws);
	bool sound = is_sound(&flaws, allow_weak);
	if (!sound)
		append_remedy(text, &flaws, allow_weak);
	fini_flaws(&flaws);
	gnutls_priority_deinit(parsed);
	return sound ? 1 : 0;
}

/* Returns what makes `priority` acceptable when it is appended, or NULL. The caller frees it. */
static char *
find_remedy(const char *priority, bool allow_weak)
{
	char *text = memory_copy("");

	for (int i = 0; i < ROUNDS_MAX; i++) {
		int done = append_remedy_once(priority, allow_weak, &text);
		if (done == 1)
			return text;
		if (done < 0)
			break;
	}
	free(text);
	return NULL;
}

/* Returns the flaws in words. The caller frees them. */
static char *
describe_flaws(const struct flaws *flaws, int first, int last)
{
	char *text = memory_copy("");

	for (int kind = first; kind <= last; kind++) {
		const struct stringlist *words = &flaws->words[kind];
		if (words->count == 0)
			continue;
		char *list = stringlist_join(words);
		memory_append(&text, "%s%s (%s)", text[0] != '\0' ? "; " : "", list,
		    reasons[kind]);
		free(list);
	}
	return text;
}

static void
report_problem(const char *priority, const char *problem, bool allow_weak,
    bool only_weak, struct findings *findings)
{
	char *remedy = find_remedy(priority, allow_weak);

	findings_error(findings, "priority: %s: %s%s%s", problem,
	    remedy != NULL ? "append "
			   : "remove it, and set profile, ciphers or groups",
	    remedy != NULL ? remedy : "", only_weak ? ", or set allow-weak = yes" : "");
	free(remedy);
}

static void
judge_flaws(const char *text, const struct flaws *flaws, bool allow_weak,
    struct findings *findings)
{
	const bool versionless = !flaws->tls12 && !flaws->tls13;

	if (!is_sound(flaws, allow_weak)) {
		char *list = describe_flaws(
		    flaws, 0, allow_weak ? NO_CERTIFICATE : KIND_COUNT - 1);
		char *problem = memory_format("has %s%s%s",
		    versionless ? "neither TLS 1.2 nor TLS 1.3" : "",
		    versionless && list[0] != '\0' ? "; " : "", list);
		report_problem(text, problem, allow_weak,
		    !allow_weak && is_sound(flaws, true), findings);
		free(problem);
		free(list);
	}
	char *weak = describe_flaws(flaws, NO_CERTIFICATE + 1, KIND_COUNT - 1);
	if (allow_weak && weak[0] != '\0')
		findings_warning(findings, "priority: is weak: has %s", weak);
	free(weak);
}

gnutls_priority_t
weakness_parse(const char *text, bool allow_weak, struct findings *findings)
{
	gnutls_priority_t priority;
	const char *wrong = text;
	struct flaws flaws;
	const size_t errors = findings->errors;
	int code = gnutls_priority_init(&priority, text, &wrong);

	if (code == GNUTLS_E_NO_PRIORITIES_WERE_SET) {
		report_problem(text, "enables no complete cipher suite", allow_weak,
		    false, findings);
		return NULL;
	}
	if (code < 0) {
		findings_error(findings,
		    "priority: GnuTLS does not understand it from \"%.40s\" on: see "
		    "\"Priority strings\" in the manual of GnuTLS, or set ciphers and "
		    "groups instead",
		    *wrong != '\0' ? wrong : text);
		return NULL;
	}
	examine_priority(priority, &flaws);
	judge_flaws(text, &flaws, allow_weak, findings);
	fini_flaws(&flaws);
	if (findings->errors == errors)
		return priority;
	gnutls_priority_deinit(priority);
	return NULL;
}

void
weakness_check_psk(
    gnutls_priority_t priority, bool allow_weak, struct findings *findings)
{
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite) && !allow_weak; i++) {
		if (suite.name == NULL || suite.kx != GNUTLS_KX_ECDHE_PSK ||
		    suite_flaw(&suite) == SUITE_SOUND)
			continue;
		findings_error(findings,
		    "priority: has %s (%s): append :-MAC-ALL:+AEAD, or set allow-weak "
		    "= yes",
		    suite.name, suite_flaw_text(suite_flaw(&suite)));
		return;
	}
}
