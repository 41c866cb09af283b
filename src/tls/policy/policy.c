/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles, selections from them, and priority strings. */
#include "tls/policy/policy.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/policy/groupset.h"
#include "tls/policy/hybrids.h"
#include "tls/policy/listing.h"
#include "tls/policy/profile.h"
#include "tls/policy/selection.h"
#include "tls/policy/suite.h"
#include "tls/policy/weakness.h"

/* Selects TLS_ECDHE_PSK_* in TLS 1.2 (RFC 5489, RFC 7905) and psk_dhe_ke in TLS 1.3. */
#define PSK_EXCHANGE "+ECDHE-PSK"
#define WITHOUT_PSK_EXCHANGE ":-ECDHE-PSK"

struct policy {
	char *text; /* a priority string for clients */
	gnutls_priority_t priority,
	    priority_p256; /* only the first has hybrid groups */
	gnutls_priority_t priority_tls12; /* NULL if it has the suites of `priority` */
	struct groupset groups;
	struct exchange *exchanges; /* of its suites of TLS 1.2 */
	size_t exchange_count;
};

/* A suite by its code, and the requirements of its key exchange (RFC 8422, 2). */
struct exchange {
	unsigned char id[2];
	unsigned kind; /* of key: POLICY_RSA or POLICY_ECDSA */
	bool ecdhe;
};

const char *
policy_profile_name(int index)
{
	return profile_name(index);
}

const char *
policy_version_name(int index)
{
	return profile_version_name(index);
}

struct gnutls_priority_st *
policy_priority(const struct policy *policy)
{
	return policy->groups.others != NULL ? policy->groups.others : policy->priority;
}

const struct groupset *
policy_groups(const struct policy *policy)
{
	return &policy->groups;
}

struct gnutls_priority_st *
policy_priority_p256(const struct policy *policy)
{
	return policy->priority_p256 != NULL ? policy->priority_p256
	                                     : policy_priority(policy);
}

struct gnutls_priority_st *
policy_priority_tls12(const struct policy *policy)
{
	return policy->priority_tls12 != NULL ? policy->priority_tls12
	                                      : policy_priority(policy);
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

static int
oldest_version(const struct policy_settings *settings)
{
	return profile_oldest_version(settings->profile, settings->tls_min);
}

/* Returns a profile with other groups and suites as a priority string. Pre-shared keys come before
 * certificates, because only a client that has one offers them. The caller frees it. */
static char *
compose_priority(
    const struct policy_settings *settings, const char *groups, const char *suites)
{
	char *all =
	    memory_format("%s%s", settings->psk ? PSK_EXCHANGE ":" : "", suites);
	char *text = profile_compose(settings->profile, oldest_version(settings),
	    settings->tls_max, groups, all);

	free(all);
	return text;
}

/* Returns the hybrid groups of the library that the versions allow. */
static struct hybrids
list_hybrids(const struct policy_settings *settings)
{
	if (settings->tls_max < PROFILE_TLS13)
		return (struct hybrids){ .count = 0 };
	return settings->hybrids != NULL ? *settings->hybrids
	                                 : hybrids_where(hybrids_in_library);
}

/* Returns the groups of the profile, the hybrid ones first. The caller frees them. */
static char *
format_groups(const struct policy_settings *settings)
{
	const struct hybrids hybrids = list_hybrids(settings);
	char *words = hybrids_words(&hybrids);
	char *first = memory_format("%s%s", words, PROFILE_X25519_FIRST);
	char *groups = profile_groups(settings->profile, first);

	free(first);
	free(words);
	return groups;
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

bool
policy_suits(const struct policy *policy, bool rsa)
{
	const unsigned *list;
	int count = gnutls_priority_kx_list(policy_priority_tls12(policy), &list);

	for (int i = 0; i < count; i++)
		if (list[i] != GNUTLS_KX_ECDHE_PSK &&
		    (list[i] == GNUTLS_KX_ECDHE_ECDSA) != rsa)
			return true;
	return false;
}

bool
policy_has_group(const struct policy *policy, unsigned group)
{
	const unsigned *list;
	int count = gnutls_priority_group_list(policy->priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == group)
			return true;
	return false;
}

/* Records the suites of TLS 1.2 that need a certificate, of which gnutls_priority_init()
 * knows a few dozen. */
static void
list_exchanges(struct policy *policy)
{
	struct suite suite;

	for (unsigned i = 0; suite_at(policy_priority_tls12(policy), i, &suite); i++) {
		struct exchange *last;
		if (suite.name == NULL || suite_is_tls13(&suite) ||
		    suite.kx == GNUTLS_KX_ECDHE_PSK)
			continue;
		policy->exchanges = memory_resize(policy->exchanges,
		    (policy->exchange_count + 1) * sizeof *policy->exchanges);
		last = &policy->exchanges[policy->exchange_count++];
		memcpy(last->id, suite.id, sizeof last->id);
		last->kind =
		    suite.kx == GNUTLS_KX_ECDHE_ECDSA ? POLICY_ECDSA : POLICY_RSA;
		last->ecdhe = suite.kx == GNUTLS_KX_ECDHE_ECDSA ||
		              suite.kx == GNUTLS_KX_ECDHE_RSA;
	}
}

static unsigned
exchange_kind(const struct policy *policy, const unsigned char id[2], bool shares_group)
{
	for (size_t i = 0; i < policy->exchange_count; i++) {
		const struct exchange *one = &policy->exchanges[i];
		if (memcmp(one->id, id, sizeof one->id) == 0)
			return one->ecdhe && !shares_group ? 0 : one->kind;
	}
	return 0;
}

unsigned
policy_kinds(const struct policy *policy, const unsigned char *suites, size_t size,
    bool shares_group)
{
	unsigned kinds = 0;

	for (size_t at = 0; at + 1 < size; at += 2)
		kinds |= exchange_kind(policy, suites + at, shares_group);
	return kinds;
}

bool
policy_equal(const struct policy *a, const struct policy *b)
{
	return strcmp(a->text, b->text) == 0;
}

/* Returns what gnutls_priority_deinit() frees, or NULL after an error. */
static gnutls_priority_t
parse_priority(const struct policy_settings *settings, const char *groups,
    const char *suites, struct findings *findings)
{
	gnutls_priority_t priority = NULL;
	char *text = compose_priority(settings, groups, suites);
	int code = gnutls_priority_init(&priority, text, NULL);

	if (code < 0)
		findings_error(findings, "profile: %s: %s",
		    policy_profile_name(settings->profile), gnutls_strerror(code));
	free(text);
	return code < 0 ? NULL : priority;
}

static gnutls_priority_t
parse_profile(const struct policy_settings *settings, struct findings *findings)
{
	char *groups = format_groups(settings);
	gnutls_priority_t priority = parse_priority(
	    settings, groups, profile_suites(settings->profile), findings);

	free(groups);
	return priority;
}

/* Prepares the choice of a group if `text`, which policy->priority was parsed from, enables hybrid
 * groups. They are for TLS 1.3 only. */
static void
separate_hybrids(struct policy *policy, const struct policy_settings *settings,
    const char *key, const char *text, struct findings *findings)
{
	const struct hybrids hybrids = list_hybrids(settings);

	if (policy->priority == NULL || !policy_speaks(policy, GNUTLS_TLS1_3))
		return;
	if (groupset_init(&policy->groups, policy->priority, text, &hybrids) < 0)
		findings_error(findings, "%s: out of memory", key);
	else if (policy->groups.count > 0 && policy->groups.others == NULL &&
		 policy_speaks(policy, GNUTLS_TLS1_2))
		findings_warning(findings,
		    "%s: TLS 1.2 has no hybrid groups, so its clients are refused: add "
		    "X25519, or enable TLS 1.3 only",
		    key);
}

/* Returns the key exchange that psk-file appends to a priority string, or "" if the string has
 * it already, perhaps in a better place. */
static const char *
missing_exchange(const struct policy_settings *settings)
{
	return settings->psk && strcasestr(settings->priority, PSK_EXCHANGE) == NULL
	           ? ":" PSK_EXCHANGE
	           : "";
}

static void
set_from_priority(struct policy *policy, const struct policy_settings *settings,
    struct findings *findings)
{
	char *certified = memory_format(
	    "%s%s", settings->priority, settings->psk ? WITHOUT_PSK_EXCHANGE : "");
	gnutls_priority_t checked =
	    weakness_parse(certified, settings->allow_weak, findings);

	policy->text =
	    memory_format("%s%s", settings->priority, missing_exchange(settings));
	if (checked != NULL &&
	    gnutls_priority_init(&policy->priority, policy->text, NULL) < 0)
		findings_error(findings,
		    "priority: cannot have :" PSK_EXCHANGE
		    " appended for psk-file: append it yourself, or remove one of the "
		    "keys");
	if (policy->priority != NULL)
		weakness_check_psk(policy->priority, settings->allow_weak, findings);
	gnutls_priority_deinit(checked);
	free(certified);
	separate_hybrids(policy, settings, "priority", policy->text, findings);
}

static void
read_selection(struct selection *selection, const struct policy_settings *settings,
    struct findings *findings)
{
	struct policy_settings certified = *settings;
	const struct policy_settings widest = { .profile = PROFILE_COMPATIBLE,
		.tls_min = PROFILE_TLS12,
		.tls_max = PROFILE_TLS13,
		.hybrids = settings->hybrids };

	certified.psk = false; /* ciphers names no suites of pre-shared keys */
	const struct selection_scope scope = {
		.profile = profile_name(settings->profile),
		.profiled = parse_profile(&certified, findings),
		.wider = profile_name(PROFILE_COMPATIBLE),
		.widest = parse_profile(&widest, findings),
	};

	if (scope.profiled != NULL && scope.widest != NULL)
		selection_read(
		    selection, &settings->ciphers, &settings->groups, &scope, findings);
	gnutls_priority_deinit(scope.profiled);
	gnutls_priority_deinit(scope.widest);
}

/* Makes separate priorities for TLS 1.3 and TLS 1.2 if their ciphers differ, because the
 * library uses the ciphers of a priority in both. */
static void
make_priorities(struct policy *policy, const struct policy_settings *settings,
    const char *groups, const char *suites[], struct findings *findings)
{
	const char *newest = suites[settings->tls_max];
	const char *oldest = suites[oldest_version(settings)];

	policy->priority = parse_priority(settings, groups, newest, findings);
	policy->text = compose_priority(settings, groups, newest);
	separate_hybrids(policy, settings, "groups", policy->text, findings);
	if (strcmp(newest, oldest) == 0)
		return;
	policy->priority_tls12 = parse_priority(settings, groups, oldest, findings);
	char *all = memory_format("%s:%s", newest, oldest);
	free(policy->text);
	policy->text = compose_priority(settings, groups, all);
	free(all);
}

/* A group without a key share costs a round trip. So P-256 is preferred if it is the client's
 * only share, unless the groups are selected. */
static void
prefer_p256(struct policy *policy, const struct policy_settings *settings,
    const char *suites, struct findings *findings)
{
	char *groups = profile_groups(settings->profile, PROFILE_P256_FIRST);

	policy->priority_p256 = parse_priority(settings, groups, suites, findings);
	free(groups);
}

static void
set_from_selection(struct policy *policy, const struct policy_settings *settings,
    const struct selection *selection, struct findings *findings)
{
	const char *profiled = profile_suites(settings->profile);
	const char *suites[] = {
		[PROFILE_TLS12] =
		    selection->tls12 != NULL ? selection->tls12 : profiled,
		[PROFILE_TLS13] =
		    selection->tls13 != NULL ? selection->tls13 : profiled,
	};
	char *groups = selection->groups != NULL ? memory_copy(selection->groups)
	                                         : format_groups(settings);

	make_priorities(policy, settings, groups, suites, findings);
	free(groups);
	if (selection->groups == NULL)
		prefer_p256(policy, settings, suites[settings->tls_max], findings);
	if (policy->priority != NULL)
		selection_check(selection, policy_priority_tls12(policy), findings);
}

static void
set_from_profile(struct policy *policy, const struct policy_settings *settings,
    struct findings *findings)
{
	struct selection selection = { 0 };
	size_t errors = findings->errors;

	if (oldest_version(settings) > settings->tls_max) {
		findings_error(findings,
		    "tls-max: %s leaves no version: profile %s starts at %s, tls-min "
		    "is %s",
		    policy_version_name(settings->tls_max),
		    policy_profile_name(settings->profile),
		    policy_version_name(profile_oldest_version(settings->profile, 0)),
		    policy_version_name(settings->tls_min));
		return;
	}
	if (settings->ciphers.count > 0 || settings->groups.count > 0)
		read_selection(&selection, settings, findings);
	if (findings->errors == errors)
		set_from_selection(policy, settings, &selection, findings);
	selection_fini(&selection);
}

struct policy *
policy_new(const struct policy_settings *settings, struct findings *findings)
{
	struct policy *policy = memory_new(sizeof *policy);
	size_t errors = findings->errors;

	if (settings->priority != NULL && settings->priority[0] != '\0')
		set_from_priority(policy, settings, findings);
	else
		set_from_profile(policy, settings, findings);
	if (findings->errors == errors) {
		list_exchanges(policy);
		return policy;
	}
	policy_free(policy);
	return NULL;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	groupset_fini(&policy->groups);
	gnutls_priority_deinit(policy->priority);
	gnutls_priority_deinit(policy->priority_p256);
	gnutls_priority_deinit(policy->priority_tls12);
	free(policy->exchanges);
	free(policy->text);
	free(policy);
}

void
policy_print(const struct policy *policy, FILE *out, const char *indent)
{
	listing_print(policy->priority, policy_priority_tls12(policy), out, indent);
}
