/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/policy/weakness.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/suite.h"

static struct findings findings;

/* True if the priority is accepted. Sets `findings`. */
static bool
accepts(const char *text, bool allow_weak)
{
	findings_fini(&findings);
	gnutls_priority_t priority = weakness_parse(text, allow_weak, &findings);

	gnutls_priority_deinit(priority);
	return priority != NULL;
}

/* Expects the priority to be refused with one finding that contains these words. */
static void
assert_refused(const char *text, bool allow_weak, const char *words)
{
	ck_assert_msg(!accepts(text, allow_weak), "%s", text);
	ck_assert_uint_eq(findings.errors, 1);
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].kind == FINDING_ERROR)
			ck_assert_msg(strstr(findings.items[i].text, words) != NULL,
			    "%s: %s", text, findings.items[i].text);
}

/* Returns the priority, with the text appended that the refusal recommends. The caller
 * frees it. */
static char *
remedied(const char *text, bool allow_weak)
{
	assert_refused(text, allow_weak, ": append :");
	char *remedy = NULL;

	for (size_t i = 0; i < findings.count && remedy == NULL; i++)
		remedy = strstr(findings.items[i].text, ": append :");
	ck_assert_ptr_nonnull(remedy);
	remedy += strlen(": append ");
	return memory_format("%s%.*s", text, (int)strcspn(remedy, ", "), remedy);
}

START_TEST(suffix_suggested_by_a_refusal_is_accepted)
{
	static const char *const texts[] = { "NORMAL", "SECURE", "SECURE128",
		"SECURE192", "SECURE256", "PFS", "PERFORMANCE", "LEGACY", "NONE",
		"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
		"NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		"NORMAL:-VERS-ALL", "NORMAL:-VERS-TLS-ALL", "NORMAL:-VERS-TLS1.2",
		"NORMAL:-VERS-TLS1.0", "NORMAL:%SERVER_PRECEDENCE", "NORMAL:+NULL",
		"SECURE256:+SECURE128", "NORMAL:-KX-ALL:+RSA",
		"NORMAL:+ANON-ECDH:+ECDHE-PSK", "NORMAL:-VERS-ALL:+VERS-TLS1.1",
		"NORMAL:-CIPHER-ALL", "NORMAL:+3DES-CBC:+ARCFOUR-128:+MD5",
		"NONE:+VERS-TLS1.2:+RSA:+AES-128-CBC:+SHA1:+SIGN-ALL:+GROUP-ALL",
		("NONE:+VERS-TLS1.2:+ECDHE-RSA:+AES-128-CBC:+SHA256:+SIGN-RSA-SHA1:"
		 "+GROUP-SECP256R1") };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char *text = remedied(texts[i], false);
		ck_assert_msg(accepts(text, false) && findings.count == 0, "%s", text);
		free(text);
	}
}
END_TEST

START_TEST(refusal_names_the_weak_algorithms)
{
	assert_refused("NORMAL", false, "VERS-TLS1.0 (before TLS 1.2)");
	assert_refused("NORMAL", false, "RSA (no forward secrecy)");
	assert_refused("NORMAL", false, "SHA1 (CBC)");
	assert_refused("NORMAL", false, "SIGN-RSA-SHA1");
	assert_refused("NORMAL:+NULL", false, "NULL (no encryption)");
	assert_refused("NORMAL", false, "or set allow-weak = yes");
}
END_TEST

START_TEST(allow_weak_turns_the_refusal_into_one_warning)
{
	ck_assert(accepts("NORMAL", true));
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "is weak: has VERS-TLS1.1"));
}
END_TEST

START_TEST(a_strong_priority_passes_without_a_word)
{
	static const char *const texts[] = { "SUITEB128", "SUITEB192",
		"SECURE128:-VERS-ALL:+VERS-TLS1.3:+AES-256-GCM:-SIGN-RSA-SHA1:-SIGN-"
		"ECDSA-SHA1",
		"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-MAC-ALL:+AEAD:-SIGN-"
		"RSA-SHA1:-SIGN-ECDSA-SHA1" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ck_assert_msg(
		    accepts(texts[i], false) && findings.count == 0, "%s", texts[i]);
}
END_TEST

START_TEST(an_unknown_word_is_pointed_at)
{
	assert_refused("NORMAL:+BOGUS:+X", false, "\"+BOGUS:+X\"");
	assert_refused("HIGH:!aNULL", false, "set ciphers and groups instead");
}
END_TEST

START_TEST(a_gap_that_drops_all_modern_versions_is_an_error)
{
	assert_refused("NORMAL:-VERS-TLS1.2", false, "neither TLS 1.2 nor TLS 1.3");
	assert_refused("NORMAL:-VERS-TLS1.2", true, "neither TLS 1.2 nor TLS 1.3");
	char *text = remedied("NORMAL:-VERS-TLS1.2", true);
	ck_assert(accepts(text, true));
	free(text);
}
END_TEST

/* GnuTLS may lack some of them; Debian 13 builds it without SRP. */
START_TEST(key_exchanges_without_credentials_are_refused)
{
	static const char *const names[] = { "ANON-ECDH", "ANON-DH", "PSK", "DHE-PSK",
		"ECDHE-PSK", "RSA-PSK", "SRP", "SRP-RSA", "DHE-DSS", "VKO-GOST-12" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (gnutls_kx_get_id(names[i]) == GNUTLS_KX_UNKNOWN)
			continue;
		char *priority = memory_format("NORMAL:+%s", names[i]);
		char *words = memory_format("has %s (no RSA, ECDSA", names[i]);
		assert_refused(priority, true, words);
		char *text = remedied(priority, true);
		ck_assert_msg(accepts(text, true), "%s", text);
		free(text);
		free(words);
		free(priority);
	}
	findings_fini(&findings);
}
END_TEST

SUITE("weakness", suffix_suggested_by_a_refusal_is_accepted,
    refusal_names_the_weak_algorithms, allow_weak_turns_the_refusal_into_one_warning,
    a_strong_priority_passes_without_a_word, an_unknown_word_is_pointed_at,
    a_gap_that_drops_all_modern_versions_is_an_error,
    key_exchanges_without_credentials_are_refused)
