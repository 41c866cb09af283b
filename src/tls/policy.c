/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles and priority strings: what is spoken, and what of it is weak. */
#include "tls/policy.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/findings.h"
#include "base/memory.h"
#include "base/stringlist.h"

enum { VERSION_1_2, VERSION_1_3 };
enum { PROFILE_MODERN, PROFILE_TLS13, PROFILE_COMPATIBLE };

/* Versions and the first two groups stand apart from a profile: versions can be narrowed,
 * and which group comes first depends on the client. */
#define X25519_FIRST "+GROUP-X25519:+GROUP-SECP256R1"
#define P256_FIRST "+GROUP-SECP256R1:+GROUP-X25519"
#define MODERN_CIPHERS "+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM"
#define SIGNATURES "+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1"

static const struct {
	const char *name;
	int tls_min;
	const char *priority;
} profiles[] = {
	/* RFC 9325, 4.2: ephemeral key exchange and AEAD only; no tickets in TLS 1.2,
	 * which would undo forward secrecy (4.2.1). */
	[PROFILE_MODERN] = { "modern", VERSION_1_2,
	    "+GROUP-SECP384R1:+ECDHE-ECDSA:+ECDHE-RSA:" MODERN_CIPHERS
	    ":+AEAD:" SIGNATURES ":%SERVER_PRECEDENCE:%NO_TICKETS_TLS12" },
	[PROFILE_TLS13] = { "tls13", VERSION_1_3,
	    "+GROUP-SECP384R1:" MODERN_CIPHERS ":+AEAD:" SIGNATURES
	    ":%SERVER_PRECEDENCE" },
	/* CBC suites behind the rest, for clients from before 2014. */
	[PROFILE_COMPATIBLE] = { "compatible", VERSION_1_2,
	    "+GROUP-SECP384R1:+GROUP-SECP521R1:+ECDHE-ECDSA:+ECDHE-RSA:" MODERN_CIPHERS
	    ":+AES-128-CBC:+AES-256-CBC:+AEAD:+SHA256:+SHA384:+SHA1:+SIGN-ALL"
	    ":%SERVER_PRECEDENCE:%NO_TICKETS_TLS12" },
};

static const struct {
	const char *name;
	const char *priority;
	gnutls_protocol_t protocol;
} versions[] = {
	[VERSION_1_2] = { "1.2", "+VERS-TLS1.2", GNUTLS_TLS1_2 },
	[VERSION_1_3] = { "1.3", "+VERS-TLS1.3", GNUTLS_TLS1_3 },
};

#define LENGTH(array) ((int)(sizeof(array) / sizeof(array)[0]))

struct policy {
	char *text; /* as a priority string */
	gnutls_priority_t priority, priority_p256;
};

const char *
policy_profile_name(int index)
{
	return index < LENGTH(profiles) ? profiles[index].name : NULL;
}

const char *
policy_version_name(int index)
{
	return index < LENGTH(versions) ? versions[index].name : NULL;
}

struct gnutls_priority_st *
policy_priority(const struct policy *policy)
{
	return policy->priority;
}

struct gnutls_priority_st *
policy_priority_p256(const struct policy *policy)
{
	return policy->priority_p256 != NULL ? policy->priority_p256 : policy->priority;
}

int
policy_equip_client(
    const struct policy *policy, gnutls_session_t session, const char *signatures)
{
	char *text = signatures[0] != '\0'
	                 ? memory_format("%s:-SIGN-ALL:%s", policy->text, signatures)
	                 : memory_copy(policy->text);
	int code = gnutls_priority_set_direct(session, text, NULL);

	free(text);
	return code < 0 ? -1 : 0;
}

/* A profile as a priority string, the newest version first; the caller frees it. */
static char *
profile_string(const struct policy_settings *settings, const char *groups)
{
	int min = profiles[settings->profile].tls_min;
	char *text = memory_copy("NONE");

	if (settings->tls_min > min)
		min = settings->tls_min;
	for (int version = settings->tls_max; version >= min; version--) {
		char *longer = memory_format("%s:%s", text, versions[version].priority);
		free(text);
		text = longer;
	}
	char *whole = memory_format(
	    "%s:%s:%s", text, groups, profiles[settings->profile].priority);
	free(text);
	return whole;
}

/* Adds "SUITE (why)" for each thing that a careful server would not speak. */
static void
note_weak(struct stringlist *weak, const char *name, const char *why)
{
	char *text = memory_format("%s (%s)", name, why);

	if (!stringlist_has(weak, text))
		stringlist_add(weak, text, strlen(text));
	free(text);
}

/* A cipher suite and its parts; no name where the library skips one. */
struct suite {
	const char *name;
	gnutls_kx_algorithm_t kx;
	gnutls_cipher_algorithm_t cipher;
	gnutls_mac_algorithm_t mac;
	gnutls_protocol_t min_version;
};

/* The suite at `place` of the order of preference; false behind the last. */
static bool
find_suite(gnutls_priority_t priority, unsigned place, struct suite *suite)
{
	unsigned index;
	int code = gnutls_priority_get_cipher_suite_index(priority, place, &index);

	*suite = (struct suite){ 0 };
	if (code == GNUTLS_E_UNKNOWN_CIPHER_SUITE)
		return true;
	if (code < 0)
		return false;
	suite->name = gnutls_cipher_suite_info(
	    index, NULL, &suite->kx, &suite->cipher, &suite->mac, &suite->min_version);
	return true;
}

static bool
is_forward_secret(const struct suite *suite)
{
	switch (suite->kx) {
	case GNUTLS_KX_RSA:
	case GNUTLS_KX_PSK:
	case GNUTLS_KX_RSA_PSK:
	case GNUTLS_KX_SRP:
	case GNUTLS_KX_SRP_RSA:
	case GNUTLS_KX_SRP_DSS:
		return suite->min_version >= GNUTLS_TLS1_3;
	default:
		return true;
	}
}

static void
find_weak_suites(gnutls_priority_t priority, struct stringlist *weak)
{
	struct suite suite;

	for (unsigned i = 0; find_suite(priority, i, &suite); i++) {
		if (suite.name == NULL)
			continue;
		if (suite.kx == GNUTLS_KX_ANON_DH || suite.kx == GNUTLS_KX_ANON_ECDH)
			note_weak(weak, suite.name, "nobody is authenticated");
		else if (!is_forward_secret(&suite))
			note_weak(weak, suite.name, "no forward secrecy");
		else if (suite.cipher == GNUTLS_CIPHER_NULL)
			note_weak(weak, suite.name, "no encryption");
		else if (suite.mac == GNUTLS_MAC_SHA1)
			note_weak(weak, suite.name, "CBC with SHA-1");
		else if (suite.mac != GNUTLS_MAC_AEAD)
			note_weak(weak, suite.name, "CBC");
	}
}

static void
find_weak_rest(gnutls_priority_t priority, struct stringlist *weak)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] < GNUTLS_TLS1_2)
			note_weak(
			    weak, gnutls_protocol_get_name(list[i]), "before TLS 1.2");
	count = gnutls_priority_sign_list(priority, &list);
	for (int i = 0; i < count; i++)
		if (gnutls_sign_get_hash_algorithm(list[i]) == GNUTLS_DIG_SHA1)
			note_weak(
			    weak, gnutls_sign_get_name(list[i]), "SHA-1 signature");
}

static void
check_weak(const struct policy *policy, bool allowed, struct findings *findings)
{
	struct stringlist weak = { 0 };

	find_weak_rest(policy->priority, &weak);
	find_weak_suites(policy->priority, &weak);
	for (size_t i = 0; i < weak.count; i++)
		if (allowed)
			findings_warning(
			    findings, "priority: %s is weak", weak.items[i]);
		else
			findings_error(findings,
			    "priority: %s is weak: take it out, or say allow-weak = "
			    "yes",
			    weak.items[i]);
	stringlist_fini(&weak);
}

bool
policy_has_rsa_key_exchange(const struct policy *policy)
{
	const unsigned *list;
	int count = gnutls_priority_kx_list(policy->priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == GNUTLS_KX_RSA)
			return true;
	return false;
}

bool
policy_speaks(const struct policy *policy, unsigned version)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(policy->priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == version)
			return true;
	return false;
}

/* A gap in the versions makes the library drop TLS 1.3 without a word. */
static void
check_versions(const struct policy *policy, struct findings *findings)
{
	if (policy_speaks(policy, GNUTLS_TLS1_3) ||
	    policy_speaks(policy, GNUTLS_TLS1_2))
		return;
	findings_error(findings,
	    "priority: enables neither TLS 1.2 nor TLS 1.3: start it with "
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
}

/* True if a service, which has certificates but no DSA or GOST keys, can agree on it. */
static bool
has_credentials(gnutls_kx_algorithm_t kx)
{
	return kx == GNUTLS_KX_ECDHE_ECDSA || kx == GNUTLS_KX_ECDHE_RSA ||
	       kx == GNUTLS_KX_DHE_RSA || kx == GNUTLS_KX_RSA;
}

static void
check_key_exchanges(const struct policy *policy, struct findings *findings)
{
	const unsigned *list;
	int count = gnutls_priority_kx_list(policy->priority, &list);

	for (int i = 0; i < count; i++) {
		const char *name = gnutls_kx_get_name(list[i]);
		if (!has_credentials(list[i]))
			findings_error(findings,
			    "priority: the key exchange %s does not work with tlsd, "
			    "which has only RSA, ECDSA and EdDSA certificates: take "
			    "+%s out",
			    name, name);
	}
}

static gnutls_priority_t
parse(const char *text, struct findings *findings)
{
	gnutls_priority_t priority;
	const char *wrong = text;
	int code = gnutls_priority_init(&priority, text, &wrong);

	if (code == 0)
		return priority;
	if (code == GNUTLS_E_INVALID_REQUEST && *wrong != '\0')
		findings_error(findings,
		    "priority: the library does not know what starts at \"%.40s\": "
		    "see \"Priority strings\" in the manual of GnuTLS",
		    wrong);
	else
		findings_error(findings, "priority: %s", gnutls_strerror(code));
	return NULL;
}

static void
from_priority(struct policy *policy, const struct policy_settings *settings,
    struct findings *findings)
{
	policy->text = memory_copy(settings->priority);
	policy->priority = parse(policy->text, findings);
	if (policy->priority == NULL)
		return;
	check_versions(policy, findings);
	check_key_exchanges(policy, findings);
	check_weak(policy, settings->allow_weak, findings);
}

static void
from_profile(struct policy *policy, const struct policy_settings *settings,
    struct findings *findings)
{
	if (settings->tls_min > settings->tls_max ||
	    profiles[settings->profile].tls_min > settings->tls_max) {
		findings_error(findings,
		    "tls-max: %s leaves no version: profile %s starts at %s, tls-min "
		    "is %s",
		    policy_version_name(settings->tls_max),
		    policy_profile_name(settings->profile),
		    policy_version_name(profiles[settings->profile].tls_min),
		    policy_version_name(settings->tls_min));
		return;
	}
	policy->text = profile_string(settings, X25519_FIRST);
	policy->priority = parse(policy->text, findings);
	char *text = profile_string(settings, P256_FIRST);
	policy->priority_p256 = parse(text, findings);
	free(text);
}

struct policy *
policy_new(const struct policy_settings *settings, struct findings *findings)
{
	struct policy *policy = memory_new(sizeof *policy);
	size_t errors = findings->errors;

	if (settings->priority != NULL && settings->priority[0] != '\0')
		from_priority(policy, settings, findings);
	else
		from_profile(policy, settings, findings);
	if (findings->errors == errors)
		return policy;
	policy_free(policy);
	return NULL;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	gnutls_priority_deinit(policy->priority);
	gnutls_priority_deinit(policy->priority_p256);
	free(policy->text);
	free(policy);
}

static void
print_suites(const struct policy *policy, FILE *out)
{
	struct suite suite;

	for (unsigned i = 0; find_suite(policy->priority, i, &suite); i++)
		if (suite.name != NULL)
			fprintf(out, " %s", suite.name);
}

static const char *
protocol_name(unsigned protocol)
{
	return gnutls_protocol_get_name((gnutls_protocol_t)protocol);
}

static const char *
group_name(unsigned group)
{
	return gnutls_group_get_name((gnutls_group_t)group);
}

static const char *
signature_name(unsigned signature)
{
	return gnutls_sign_get_name((gnutls_sign_algorithm_t)signature);
}

static void
print_list(FILE *out, const unsigned *list, int count, const char *(*name)(unsigned))
{
	for (int i = 0; i < count; i++)
		fprintf(out, " %s", name(list[i]));
	fputc('\n', out);
}

void
policy_print(const struct policy *policy, FILE *out, const char *indent)
{
	const unsigned *list;

	fprintf(out, "%sversions:  ", indent);
	int count = gnutls_priority_protocol_list(policy->priority, &list);
	print_list(out, list, count, protocol_name);
	fprintf(out, "%ssuites:    ", indent);
	print_suites(policy, out);
	fprintf(out, "\n%sgroups:    ", indent);
	count = gnutls_priority_group_list(policy->priority, &list);
	print_list(out, list, count, group_name);
	fprintf(out, "%ssignatures:", indent);
	count = gnutls_priority_sign_list(policy->priority, &list);
	print_list(out, list, count, signature_name);
}
