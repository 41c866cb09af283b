/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials, policy and protocols of a service. */
#include "tls/context.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/evidence.h"
#include "tls/identity.h"
#include "tls/pairs.h"

struct context {
	struct pairs *pairs;
	struct policy *policy;
	struct clientauth *clientauth; /* NULL: no certificate is asked for */
	struct stringlist alpn_names;
	gnutls_datum_t *alpn;
	gnutls_datum_t ticket_key; /* empty: no tickets */
	unsigned ticket_seconds;
};

static void
prepare_alpn(
    struct context *context, const struct stringlist *names, struct findings *findings)
{
	stringlist_copy(&context->alpn_names, names);
	context->alpn = memory_new(names->count * sizeof *context->alpn);
	for (size_t i = 0; i < names->count; i++) {
		char *name = context->alpn_names.items[i];
		if (strlen(name) > 255)
			findings_error(findings,
			    "alpn: a protocol's name has at most 255 bytes (RFC 7301)");
		context->alpn[i] = (gnutls_datum_t){ .data = (unsigned char *)name,
			.size = (unsigned)strlen(name) };
	}
}

/* The key is made afresh at each start, so that one that leaks opens no older tickets. */
static void
prepare_tickets(struct context *context, const struct context_settings *settings,
    struct findings *findings)
{
	if (!settings->session_tickets)
		return;
	context->ticket_seconds = (unsigned)(settings->session_timeout_ms / 1000);
	if (gnutls_session_ticket_key_generate(&context->ticket_key) < 0)
		findings_error(findings, "session-tickets: no random key can be had");
}

static void
drop_ticket_key(struct context *context)
{
	memory_wipe(context->ticket_key.data, context->ticket_key.size);
	gnutls_free(context->ticket_key.data);
	context->ticket_key = (gnutls_datum_t){ 0 };
}

struct gnutls_certificate_credentials_st *
context_credentials_for(const struct context *context, const char *host)
{
	return pairs_credentials_for(context->pairs, host);
}

void
context_inherit(struct context *context, const struct context *old)
{
	/* Other certificates, policies and protocols change nothing of who may resume:
	 * the ticket says what was agreed upon, and the policy is applied anew. */
	if (context->ticket_key.size != old->ticket_key.size ||
	    !clientauth_is_like(context->clientauth, old->clientauth))
		return;
	memcpy(
	    context->ticket_key.data, old->ticket_key.data, context->ticket_key.size);
}

bool
context_has_tickets(const struct context *context)
{
	return context->ticket_key.size > 0;
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
context_accepts(const struct context *context, const struct evidence *evidence,
    struct refusal *refusal)
{
	struct identity identity;

	return context->clientauth == NULL ||
	       clientauth_accepts(
		   context->clientauth, evidence_chain(evidence), &identity, refusal);
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

struct context *
context_new(const char *service, const struct context_settings *settings,
    struct findings *findings)
{
	struct context *context = memory_new(sizeof *context);
	size_t errors = findings->errors;

	context->policy = policy_new(&settings->policy, findings);
	prepare_alpn(context, &settings->alpn, findings);
	prepare_tickets(context, settings, findings);
	context->pairs = pairs_new(&settings->pairs, findings);
	prepare_clientauth(context, service, &settings->client, findings);
	if (findings->errors == errors)
		return context;
	context_free(context);
	return NULL;
}

void
context_free(struct context *context)
{
	if (context == NULL)
		return;
	pairs_free(context->pairs);
	clientauth_free(context->clientauth);
	drop_ticket_key(context);
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
	if (context->alpn_names.count > 0) {
		fprintf(out, "%salpn:       ", indent);
		for (size_t i = 0; i < context->alpn_names.count; i++)
			fprintf(out, " %s", context->alpn_names.items[i]);
		fputc('\n', out);
	}
	policy_print(context->policy, out, indent);
}

static int
equip_tickets(const struct context *context, gnutls_session_t session)
{
	if (context->ticket_key.size == 0)
		return 0;
	gnutls_db_set_cache_expiration(session, (int)context->ticket_seconds);
	return gnutls_session_ticket_enable_server(session, &context->ticket_key);
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
	if (gnutls_credentials_set(
		session, GNUTLS_CRD_CERTIFICATE, pairs_credentials(context->pairs)) < 0)
		return -1;
	/* Whether one is required is for clientauth.h to say, and which alert follows. */
	if (context->clientauth != NULL)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	return equip_alpn(
	    context, session, GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
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
