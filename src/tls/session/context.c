/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials, policy and protocols of a service. */
#include "tls/session/context.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/hello/groupchoice.h"
#include "tls/policy/groupset.h"
#include "tls/policy/suite.h"
#include "tls/clientauth/peercert.h"
#include "tls/x509/identity.h"
#include "tls/keys/challenge.h"
#include "tls/keys/keypair.h"
#include "tls/keys/pairs.h"
#include "tls/session/pskauth.h"
#include "tls/session/tickets.h"

enum { PROTOCOLS_MAX = 8 };

struct context {
	struct pairs *pairs; /* NULL if `challenges` is set */
	char *challenges; /* the folder of the pairs for challenges, or NULL */
	struct policy *policy;
	struct clientauth *clientauth; /* NULL: no certificate is asked for */
	struct pskauth *pskauth; /* NULL: no pre-shared key is accepted */
	struct stringlist alpn_names;
	gnutls_datum_t *alpn;
	char *service;
	struct tickets tickets;
};

static void
prepare_alpn(
    struct context *context, const struct stringlist *names, struct findings *findings)
{
	if (names->count > PROTOCOLS_MAX)
		findings_error(findings,
		    "alpn: %zu protocols are more than the %d that GnuTLS supports: "
		    "remove those that no client offers",
		    names->count, PROTOCOLS_MAX);
	stringlist_copy(&context->alpn_names, names);
	context->alpn = memory_new(names->count * sizeof *context->alpn);
	for (size_t i = 0; i < names->count; i++) {
		char *name = context->alpn_names.items[i];
		if (strlen(name) > 255)
			findings_error(findings,
			    "alpn: a protocol's name has more than 255 bytes "
			    "(RFC 7301): correct it");
		context->alpn[i] = (gnutls_datum_t){ .data = (unsigned char *)name,
			.size = (unsigned)strlen(name) };
	}
}

/* Binds the tickets to the service and to the way it checks clients, so that a client resumes
 * only where it was accepted. Returns -1 if the library fails. */
static int
bind_tickets(struct context *context)
{
	size_t size = strlen(context->service) + 1;
	unsigned char *rules =
	    memory_new(size + CLIENTAUTH_DIGEST_SIZE + PSKAUTH_DIGEST_SIZE);

	memcpy(rules, context->service, size);
	int code = clientauth_digest(context->clientauth, rules + size);
	size += CLIENTAUTH_DIGEST_SIZE;
	if (code == 0 && context->pskauth != NULL) {
		code = pskauth_digest(context->pskauth, rules + size);
		size += PSKAUTH_DIGEST_SIZE;
	}
	if (code == 0)
		code = tickets_bind(&context->tickets, rules, size);
	free(rules);
	return code;
}

static void
prepare_tickets(struct context *context, const struct context_settings *settings,
    struct findings *findings)
{
	if (!settings->session_tickets)
		return;
	tickets_init(&context->tickets, settings->ticket_key_file,
	    settings->session_timeout_ms, findings);
	if (bind_tickets(context) < 0)
		findings_error(findings, "session-tickets: no key can be derived");
}

const struct offer *
context_choose(const struct context *context, const char *host,
    const struct clientcaps *client, bool tls13)
{
	return pairs_choose(context->pairs, host, client, tls13);
}

bool
context_chooses_pairs(const struct context *context)
{
	return context->pairs != NULL && pairs_have_choice(context->pairs);
}

void
context_inherit(struct context *context, const struct context *old)
{
	/* Other certificates, policies and protocols do not change which clients may resume:
	 * the ticket contains the negotiated parameters, and the policy is applied again.
	 * Binding succeeded a moment ago. If it fails now, there must not be a key of zeros. */
	if (tickets_inherit(&context->tickets, &old->tickets) &&
	    bind_tickets(context) < 0)
		abort();
}

const struct policy *
context_policy(const struct context *context)
{
	return context->policy;
}

const struct tickets *
context_tickets(const struct context *context)
{
	return &context->tickets;
}

bool
context_speaks(const struct context *context, unsigned version)
{
	return policy_speaks(context->policy, version);
}

const struct clientauth *
context_clientauth(const struct context *context)
{
	return context->clientauth;
}

bool
context_accepts(const struct context *context, const struct peercert *peercert,
    struct refusal *refusal)
{
	const struct peerpsk *psk = peercert_psk(peercert);
	struct identity identity;

	if (psk->identity_size > 0 && context->pskauth != NULL)
		return pskauth_accepts(context->pskauth, psk, refusal);
	return context->clientauth == NULL ||
	       clientauth_accepts(
		   context->clientauth, peercert_chain(peercert), &identity, refusal);
}

const struct pskauth *
context_pskauth(const struct context *context)
{
	return context->pskauth;
}

bool
context_checks(const struct context *context, const struct peercert *peercert)
{
	return peercert_psk(peercert)->identity_size > 0 ? context->pskauth != NULL
	                                                 : context->clientauth != NULL;
}

static void
prepare_pskauth(struct context *context, const char *path, struct findings *findings)
{
	struct findings found;

	if (path[0] == '\0')
		return;
	findings_init(&found);
	context->pskauth = pskauth_new(path, &found);
	findings_move(findings, &found, "psk-file");
}

static void
prepare_clientauth(struct context *context, const char *service,
    const struct clientauth_settings *settings, struct findings *findings)
{
	if (settings->verify == CLIENTAUTH_NONE)
		return;
	context->clientauth = clientauth_new(service, settings, findings);
	if (context->clientauth != NULL && context->pairs != NULL &&
	    pairs_announce(context->pairs, context->clientauth) < 0)
		findings_error(findings, "ca-file: out of memory");
}

static void
prepare_pairs(struct context *context, const struct pairs_settings *settings,
    struct keyring *keyring, struct findings *findings)
{
	struct pairs_settings pairs = *settings;

	pairs.decrypt =
	    context->policy != NULL && policy_has_rsa_key_exchange(context->policy);
	context->pairs = pairs_new(&pairs, keyring, findings);
}

static bool
has_priority(const struct policy_settings *settings)
{
	return settings->priority != NULL && settings->priority[0] != '\0';
}

/* Warns if TLS 1.2 is enabled but no certificate fits any of its suites. */
static void
check_exchanges(const struct context *context, const struct policy_settings *settings,
    struct findings *findings)
{
	const char *missing = "ECDHE-RSA";

	if (!policy_speaks(context->policy, GNUTLS_TLS1_2))
		return;
	for (size_t i = 0; i < pairs_count(context->pairs); i++) {
		const struct keypair *pair = pairs_offer(context->pairs, i)->pair;
		bool rsa = keypair_algorithm(pair) == KEYPAIR_RSA;
		if (policy_suits(context->policy, rsa))
			return;
		missing = rsa ? "ECDHE-RSA" : "ECDHE-ECDSA";
	}
	if (has_priority(settings))
		findings_warning(findings,
		    "priority: no certificate fits the key exchanges of TLS 1.2: "
		    "append :+%s",
		    missing);
	else
		findings_warning(findings,
		    "ciphers: no certificate fits the names of TLS 1.2: add names with "
		    "%s, or remove these and set tls-min = 1.3",
		    missing);
}

/* True if the version is off, or a pre-shared key can be used with one of its suites. */
static bool
takes_psk(const struct policy *policy, unsigned version, gnutls_priority_t priority)
{
	const bool tls13 = version == GNUTLS_TLS1_3;
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite); i++)
		if (suite.name != NULL && suite_is_tls13(&suite) == tls13 &&
		    suite_takes_psk(&suite))
			return true;
	return !policy_speaks(policy, version);
}

/* Warns of a version whose suites cannot be used with a pre-shared key. */
static void
check_psk_suites(
    const struct policy *policy, bool by_priority, struct findings *findings)
{
	if (!takes_psk(policy, GNUTLS_TLS1_3, policy_priority(policy)))
		findings_warning(findings,
		    "psk-file: no cipher suite of TLS 1.3 can use a key: %s",
		    by_priority ? "append :+AES-128-GCM to priority"
				: "add TLS_AES_128_GCM_SHA256 to ciphers");
	if (!takes_psk(policy, GNUTLS_TLS1_2, policy_priority_tls12(policy)))
		findings_warning(findings,
		    "psk-file: no cipher suite of TLS 1.2 can use a key: %s",
		    by_priority ? "append :+CHACHA20-POLY1305 to priority"
				: "add one with CHACHA20-POLY1305 to ciphers");
}

struct context *
context_new(const char *service, const struct context_settings *settings,
    struct keyring *keyring, struct findings *findings)
{
	struct context *context = memory_new(sizeof *context);
	struct policy_settings policy = settings->policy;
	size_t errors = findings->errors;

	policy.psk = settings->client.psk_file[0] != '\0';
	context->policy = policy_new(&policy, findings);
	context->service = memory_copy(service);
	prepare_alpn(context, &settings->alpn, findings);
	prepare_pairs(context, &settings->pairs, keyring, findings);
	if (findings->errors == errors)
		check_exchanges(context, &settings->policy, findings);
	if (context->policy != NULL && policy.psk)
		check_psk_suites(
		    context->policy, has_priority(&settings->policy), findings);
	prepare_clientauth(context, service, &settings->client, findings);
	prepare_pskauth(context, settings->client.psk_file, findings);
	prepare_tickets(context, settings, findings);
	if (findings->errors == errors)
		return context;
	context_free(context);
	return NULL;
}

struct context *
context_new_for_challenges(const char *folder, struct findings *findings)
{
	char none[] = "";
	const struct policy_settings modern = { .priority = none, .tls_max = 1 };
	struct context *context = memory_new(sizeof *context);
	struct stringlist protocol = { 0 };

	context->challenges = memory_copy(folder);
	context->policy = policy_new(&modern, findings);
	stringlist_add(&protocol, CHALLENGE_PROTOCOL, strlen(CHALLENGE_PROTOCOL));
	prepare_alpn(context, &protocol, findings);
	stringlist_fini(&protocol);
	if (context->policy != NULL)
		return context;
	context_free(context);
	return NULL;
}

const char *
context_challenges(const struct context *context)
{
	return context->challenges;
}

void
context_free(struct context *context)
{
	if (context == NULL)
		return;
	free(context->challenges);
	pairs_free(context->pairs);
	clientauth_free(context->clientauth);
	pskauth_free(context->pskauth);
	tickets_fini(&context->tickets);
	free(context->service);
	stringlist_fini(&context->alpn_names);
	free(context->alpn);
	policy_free(context->policy);
	free(context);
}

void
context_print(const struct context *context, FILE *out, const char *indent)
{
	pairs_print(context->pairs, out, indent);
	if (context->clientauth != NULL)
		clientauth_print(context->clientauth, out, indent);
	if (context->pskauth != NULL)
		fprintf(out, "%spsk:         %zu identit%s\n", indent,
		    pskauth_count(context->pskauth),
		    pskauth_count(context->pskauth) == 1 ? "y" : "ies");
	if (context->alpn_names.count > 0) {
		fprintf(out, "%salpn:       ", indent);
		for (size_t i = 0; i < context->alpn_names.count; i++)
			fprintf(out, " %s", context->alpn_names.items[i]);
		fputc('\n', out);
	}
	policy_print(context->policy, out, indent);
}

static int
equip_alpn(const struct context *context, gnutls_session_t session, unsigned flags)
{
	if (context->alpn_names.count == 0)
		return 0;
	return gnutls_alpn_set_protocols(
	    session, context->alpn, (unsigned)context->alpn_names.count, flags);
}

int
context_equip(
    const struct context *context, struct gnutls_session_int *session, bool wants_p256)
{
	gnutls_priority_t priority = wants_p256 ? policy_priority_p256(context->policy)
	                                        : policy_priority(context->policy);

	if (gnutls_priority_set(session, priority) < 0 ||
	    tickets_equip(&context->tickets, session) < 0)
		return -1;
	if (context->pairs != NULL &&
	    gnutls_credentials_set(
		session, GNUTLS_CRD_CERTIFICATE, pairs_credentials(context->pairs)) < 0)
		return -1;
	if (context->pskauth != NULL && pskauth_equip(context->pskauth, session) < 0)
		return -1;
	/* clientauth.h decides whether one is required, and which alert follows. */
	if (context->clientauth != NULL)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	return equip_alpn(
	    context, session, GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
}

int
context_equip_group(const struct context *context, gnutls_session_t session,
    const struct clienthello *hello)
{
	const struct groupset_item *group =
	    groupchoice(policy_groups(context->policy), hello);

	return group != NULL && group->only != NULL
	           ? gnutls_priority_set(session, group->only)
	           : 0;
}

int
context_equip_tls12(const struct context *context, gnutls_session_t session)
{
	const gnutls_priority_t priority = policy_priority_tls12(context->policy);

	return priority == policy_priority(context->policy)
	           ? 0
	           : gnutls_priority_set(session, priority);
}

int
context_equip_client(
    const struct context *context, gnutls_session_t session, const char *signatures)
{
	if (policy_equip_client(context->policy, session, signatures) < 0)
		return -1;
	return equip_alpn(context, session, 0) < 0 ? -1 : 0;
}

const struct pairs *
context_pairs(const struct context *context)
{
	return context->pairs;
}
