/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials, policy and protocols of a service. */
#include "tls/context.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/keypair.h"
#include "tls/servername.h"

struct context {
	gnutls_certificate_credentials_t credentials; /* with all pairs */
	struct policy *policy;
	struct keypair **pairs; /* the most wanted first */
	size_t pair_count;
	/* For each pair, if there are several: it first, then its namesakes. */
	gnutls_certificate_credentials_t *named;
	struct stringlist alpn_names;
	gnutls_datum_t *alpn;
	gnutls_datum_t ticket_key; /* empty: no tickets */
	unsigned ticket_seconds;
};

/* The path of the n-th key; NULL when it stands in the certificate's file. */
static const char *
key_path(const struct context_settings *settings, size_t n)
{
	return settings->key.count > 0 ? settings->key.items[n] : NULL;
}

/* The key of the configuration that a finding about one of `files` concerns. */
static const char *
key_concerned(const struct keypair_files *files, const char *text)
{
	const struct {
		const char *key, *path;
	} candidates[] = { { "cert", files->cert }, { "key", files->key },
		{ "pin-file", files->pin_file } };

	for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
		const char *path = candidates[i].path;
		size_t length = path != NULL ? strlen(path) : 0;
		if (length > 0 && strncmp(text, path, length) == 0 &&
		    text[length] == ':')
			return candidates[i].key;
	}
	return "cert";
}

static void
report(const struct keypair_files *files, struct findings *found,
    struct findings *findings)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct finding *one = &found->items[i];
		findings_add(findings, one, "%s: %s", key_concerned(files, one->text),
		    one->text);
	}
	findings_fini(found);
}

static void
load_pairs(struct context *context, const struct context_settings *settings,
    struct findings *findings)
{
	context->pairs = memory_new(settings->cert.count * sizeof *context->pairs);
	for (size_t i = 0; i < settings->cert.count; i++) {
		struct findings found;
		struct keypair_files files = { .cert = settings->cert.items[i],
			.key = key_path(settings, i),
			.pin_file = settings->pin_file[0] ? settings->pin_file : NULL,
			.role = KEYPAIR_SERVER };

		findings_init(&found);
		struct keypair *pair = keypair_load(&files, &found);
		if (pair != NULL)
			context->pairs[context->pair_count++] = pair;
		report(&files, &found, findings);
	}
}

static bool
is_valid(const struct keypair *pair, time_t now)
{
	return keypair_not_before(pair) <= now && now <= keypair_not_after(pair);
}

/*
 * The library takes the first pair that fits name and client, so order is preference: a
 * valid one before one that has ended, then the cheapest signature.
 */
static bool
is_wanted_more(const struct keypair *a, const struct keypair *b, time_t now)
{
	bool valid = is_valid(a, now);

	if (valid != is_valid(b, now))
		return valid;
	return keypair_algorithm(a) < keypair_algorithm(b);
}

/* Equals keep the order of the configuration, which qsort(3) does not promise. */
static void
sort_pairs(struct context *context, time_t now)
{
	struct keypair **pairs = context->pairs;

	for (size_t i = 1; i < context->pair_count; i++) {
		struct keypair *pair = pairs[i];
		size_t place = i;
		for (; place > 0 && is_wanted_more(pair, pairs[place - 1], now);
		     place--)
			pairs[place] = pairs[place - 1];
		pairs[place] = pair;
	}
}

static bool
share_a_name(const struct keypair *a, const struct keypair *b)
{
	const struct stringlist *names = keypair_names(a);

	for (size_t i = 0; i < names->count; i++)
		if (stringlist_has(keypair_names(b), names->items[i]))
			return true;
	return false;
}

static gnutls_certificate_credentials_t
new_credentials(struct findings *findings)
{
	gnutls_certificate_credentials_t credentials;

	if (gnutls_certificate_allocate_credentials(&credentials) == 0)
		return credentials;
	findings_error(findings, "cert: out of memory");
	return NULL;
}

/* Several algorithms may serve one name: who cannot verify the pair gets a namesake. */
static void
install_named(struct context *context, size_t first, struct findings *findings)
{
	const struct keypair *pair = context->pairs[first];
	gnutls_certificate_credentials_t credentials = new_credentials(findings);

	context->named[first] = credentials;
	if (credentials == NULL)
		return;
	keypair_install(pair, credentials, findings);
	for (size_t i = 0; i < context->pair_count; i++)
		if (i != first && share_a_name(pair, context->pairs[i]))
			keypair_install(context->pairs[i], credentials, findings);
}

static void
install_pairs(struct context *context, struct findings *findings)
{
	sort_pairs(context, time(NULL));
	context->credentials = new_credentials(findings);
	if (context->credentials == NULL)
		return;
	for (size_t i = 0; i < context->pair_count; i++)
		keypair_install(context->pairs[i], context->credentials, findings);
	if (context->pair_count < 2)
		return;
	context->named = memory_new(context->pair_count * sizeof *context->named);
	for (size_t i = 0; i < context->pair_count; i++)
		install_named(context, i, findings);
}

static void
free_credentials(struct context *context)
{
	for (size_t i = 0; context->named != NULL && i < context->pair_count; i++)
		if (context->named[i] != NULL)
			gnutls_certificate_free_credentials(context->named[i]);
	free(context->named);
	if (context->credentials != NULL)
		gnutls_certificate_free_credentials(context->credentials);
}

/* How well `pair` stands for `host`; the less the better, and MISFIT for not at all. */
enum { EQUAL, WILDCARD, EXPIRED, MISFIT = 2 * EXPIRED };

static int
judge(const struct keypair *pair, const char *host, time_t now)
{
	const struct stringlist *names = keypair_names(pair);
	int best = MISFIT;

	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], host) == 0)
			best = EQUAL;
		else if (best == MISFIT && servername_matches(names->items[i], host))
			best = WILDCARD;
	return best == MISFIT || is_valid(pair, now) ? best : best + EXPIRED;
}

struct gnutls_certificate_credentials_st *
context_credentials_for(const struct context *context, const char *host)
{
	struct gnutls_certificate_credentials_st *found = NULL;
	time_t now = time(NULL);
	int least = MISFIT;

	for (size_t i = 0; context->named != NULL && i < context->pair_count; i++) {
		int cost = judge(context->pairs[i], host, now);
		if (cost < least) {
			least = cost;
			found = context->named[i];
		}
	}
	return found;
}

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

void
context_inherit(struct context *context, const struct context *old)
{
	/* Other certificates, policies and protocols change nothing of who may resume:
	 * the ticket says what was agreed upon, and the policy is applied anew. */
	if (context->ticket_key.size != old->ticket_key.size)
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

static bool
files_add_up(const struct context_settings *settings, struct findings *findings)
{
	if (settings->cert.count == 0)
		findings_error(findings, "cert: no certificate is named; \"tlscert "
					 "self-signed NAME\" makes one");
	else if (settings->key.count > 0 && settings->key.count != settings->cert.count)
		findings_error(findings,
		    "key: %zu keys for %zu certificates: name one for each, in the "
		    "same "
		    "order, or none if the keys stand in the certificates' files",
		    settings->key.count, settings->cert.count);
	else
		return true;
	return false;
}

struct context *
context_new(const struct context_settings *settings, struct findings *findings)
{
	struct context *context = memory_new(sizeof *context);
	size_t errors = findings->errors;

	context->policy = policy_new(&settings->policy, findings);
	prepare_alpn(context, &settings->alpn, findings);
	prepare_tickets(context, settings, findings);
	if (files_add_up(settings, findings)) {
		load_pairs(context, settings, findings);
		install_pairs(context, findings);
	}
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
	free_credentials(context);
	for (size_t i = 0; i < context->pair_count; i++)
		keypair_free(context->pairs[i]);
	free(context->pairs);
	drop_ticket_key(context);
	stringlist_fini(&context->alpn_names);
	free(context->alpn);
	policy_free(context->policy);
	free(context);
}

static void
print_pair(const struct keypair *pair, FILE *out, const char *indent)
{
	const struct stringlist *names = keypair_names(pair);
	time_t end = keypair_not_after(pair);
	char date[32];
	struct tm utc;

	strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&end, &utc));
	fprintf(out, "%scertificate: %s until %s for", indent,
	    keypair_description(pair), date);
	for (size_t i = 0; i < names->count; i++)
		fprintf(out, " %s", names->items[i]);
	fputc('\n', out);
}

void
context_print(const struct context *context, FILE *out, const char *indent)
{
	for (size_t i = 0; i < context->pair_count; i++)
		print_pair(context->pairs[i], out, indent);
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
		session, GNUTLS_CRD_CERTIFICATE, context->credentials) < 0)
		return -1;
	if (context->alpn_names.count == 0)
		return 0;
	return gnutls_alpn_set_protocols(session, context->alpn,
	    (unsigned)context->alpn_names.count,
	    GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
}
