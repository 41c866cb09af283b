/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles and priority strings: what is spoken, and what of it is weak. */
#include "tls/policy.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/suite.h"
#include "tls/weakness.h"

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
	return weakness_speaks(policy->priority, version);
}

static gnutls_priority_t
parse(const char *text, struct findings *findings)
{
	gnutls_priority_t priority = NULL;
	int code = gnutls_priority_init(&priority, text, NULL);

	if (code < 0)
		findings_error(findings, "profile: %s", gnutls_strerror(code));
	return code < 0 ? NULL : priority;
}

static void
from_priority(struct policy *policy, const struct policy_settings *settings,
    struct findings *findings)
{
	policy->text = memory_copy(settings->priority);
	policy->priority = weakness_parse(policy->text, settings->allow_weak, findings);
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

	for (unsigned i = 0; suite_at(policy->priority, i, &suite); i++)
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
