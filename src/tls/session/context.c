/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials, policy and protocols of a service. */
#include "tls/session/context.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/hello/groupchoice.h"
#include "tls/policy/groupset.h"
#include "tls/clientauth/peercert.h"
#include "tls/x509/identity.h"
#include "tls/keys/challenge.h"
#include "tls/keys/keypair.h"
#include "tls/keys/pairs.h"
#include "tls/session/pskauth.h"
#include "tls/secrets/ticketkeys.h"

enum { PROTOCOLS_MAX = 8 };
enum { EXTENSION_SESSION_TICKET = 35, EXTENSION_PRE_SHARED_KEY = 41 };

struct context {
	struct pairs *pairs; /* NULL if `challenges` is set */
	char *challenges; /* the folder of the pairs for challenges, or NULL */
	struct policy *policy;
	struct clientauth *clientauth; /* NULL: no certificate is asked for */
	struct pskauth *pskauth; /* NULL: no pre-shared key is accepted */
	struct stringlist alpn_names;
	gnutls_datum_t *alpn;
	char *service;
	bool shares_tickets; /* its keys are from a file */
	struct ticketkeys masters,
	    ticket_keys; /* ticket_keys: bound; none: no tickets */
	unsigned ticket_seconds;
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

/* Binds the ticket keys to the service and to the way it checks clients, so that a client
 * resumes only where it was accepted. Returns -1 if the library fails. */
static int
bind_tickets(struct context *context)
{
	size_t size = strlen(context->service) + 1;
	unsigned char *rules =
	    memory_new(size + CLIENTAUTH_DIGEST_SIZE + PSKAUTH_DIGEST_SIZE);

	memcpy(rules, context->service, size);
	context->ticket_keys = context->masters;
	int code = clientauth_digest(context->clientauth, rules + size);
	size += CLIENTAUTH_DIGEST_SIZE;
	if (code == 0 && context->pskauth != NULL) {
		code = pskauth_digest(context->pskauth, rules + size);
		size += PSKAUTH_DIGEST_SIZE;
	}
	if (code == 0)
		code = ticketkeys_bind(&context->ticket_keys, rules, size);
	free(rules);
	return code;
}

/* A key that is not from a file is made anew at each start, so that a leaked one does not
 * decrypt older tickets. */
static void
prepare_tickets(struct context *context, const struct context_settings *settings,
    struct findings *findings)
{
	if (!settings->session_tickets)
		return;
	context->ticket_seconds = (unsigned)(settings->session_timeout_ms / 1000);
	context->shares_tickets = settings->ticket_key_file[0] != '\0';
	if (context->shares_tickets) {
		struct findings found;
		findings_init(&found);
		ticketkeys_read(settings->ticket_key_file, &context->masters, &found);
		findings_move(findings, &found, "ticket-key-file");
	} else if (ticketkeys_random(&context->masters) < 0)
		findings_error(
		    findings, "session-tickets: no random key can be generated");
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
	 * the ticket contains the negotiated parameters, and the policy is applied again. */
	if (context->masters.count == 0 || old->masters.count == 0 ||
	    context->shares_tickets || old->shares_tickets)
		return;
	context->masters = old->masters;
	/* It succeeded a moment ago. If it fails now, there must not be a key of zeros. */
	if (bind_tickets(context) < 0)
		abort();
}

const struct policy *
context_policy(const struct context *context)
{
	return context->policy;
}

bool
context_has_tickets(const struct context *context)
{
	return context->ticket_keys.count > 0;
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
	if (settings->priority != NULL && settings->priority[0] != '\0')
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
	ticketkeys_wipe(&context->masters);
	ticketkeys_wipe(&context->ticket_keys);
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
enable_tickets(gnutls_session_t session, const struct ticketkey *key)
{
	struct ticketkey copy = *key; /* the library's datum is not const */
	gnutls_datum_t datum = { copy.bytes, TICKETKEY_SIZE };

	int code = gnutls_session_ticket_enable_server(session, &datum);
	memory_wipe(&copy, sizeof copy);
	return code;
}

static int
equip_tickets(const struct context *context, gnutls_session_t session)
{
	if (context->ticket_keys.count == 0)
		return 0;
	gnutls_db_set_cache_expiration(session, (int)context->ticket_seconds);
	return enable_tickets(
	    session, ticketkeys_issuing(&context->ticket_keys, time(NULL)));
}

bool
context_chooses_ticket_keys(const struct context *context)
{
	return context->ticket_keys.count > 1;
}

/* Stores the name of the key that made the client's ticket: a ticket in TLS 1.2 (RFC 5077, 4),
 * or the first identity in TLS 1.3 (RFC 8446, 4.2.11). */
static int
find_name(void *context, unsigned extension, const unsigned char *data, unsigned size)
{
	const unsigned identity =
	    2 + 2; /* lengths of the list and of the first in it */
	const unsigned char **name = context;

	if (extension == EXTENSION_PRE_SHARED_KEY &&
	    size >= identity + TICKETKEY_NAME_SIZE)
		*name = data + identity;
	else if (extension == EXTENSION_SESSION_TICKET && size >= TICKETKEY_NAME_SIZE &&
		 *name == NULL)
		*name = data;
	return 0;
}

static void
choose_ticket_key(const struct context *context, const struct ticketkeys *keys,
    gnutls_session_t session, unsigned char *hello, size_t size)
{
	gnutls_datum_t message = { hello, (unsigned)size };
	const unsigned char *name = NULL;

	if (gnutls_ext_raw_parse(
		&name, find_name, &message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO) < 0 ||
	    name == NULL)
		return;
	const struct ticketkey *key =
	    ticketkeys_named(keys, name, context->ticket_seconds, time(NULL));
	/* The library refuses another key once it has used one, for example after a second
	 * hello. */
	if (key != NULL)
		enable_tickets(session, key);
}

void
context_choose_ticket_key(const struct context *context, gnutls_session_t session,
    unsigned char *hello, size_t size)
{
	choose_ticket_key(context, &context->ticket_keys, session, hello, size);
}

int
context_bind_tickets(const struct context *context, gnutls_session_t session,
    const char *name, size_t name_size, unsigned char *hello, size_t size)
{
	struct ticketkeys keys = context->ticket_keys;
	int code = 0;

	if (keys.count > 0)
		code = ticketkeys_bind(&keys, name, name_size);
	if (keys.count > 0 && code == 0)
		code = enable_tickets(session, ticketkeys_issuing(&keys, time(NULL)));
	if (keys.count > 1 && code == 0)
		choose_ticket_key(context, &keys, session, hello, size);
	ticketkeys_wipe(&keys);
	return code < 0 ? -1 : 0;
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
	    equip_tickets(context, session) < 0)
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
