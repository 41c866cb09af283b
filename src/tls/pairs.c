/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A service's key pairs, in the order in which they are preferred. */
#include "tls/pairs.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/clientauth.h"
#include "tls/keypair.h"
#include "tls/libcrypto.h"
#include "tls/servername.h"
#include "tls/staple.h"

struct pairs {
	struct keypair **items; /* the most wanted first */
	size_t count;
	gnutls_certificate_credentials_t credentials; /* with all of them */
	/* For each pair, if there are several: it first, then its namesakes. */
	gnutls_certificate_credentials_t *named;
	/* For each pair: it first, then the namesakes that are not preferred to it. NULL if all
	 * are so. */
	gnutls_certificate_credentials_t *rest;
};

/*
 * The library takes the first pair that fits name and client, so order is preference: a
 * valid one before one that has ended, then the cheapest signature.
 */
static bool
is_wanted_more(const struct keypair *a, const struct keypair *b, time_t now)
{
	bool valid = keypair_is_valid(a, now);

	if (valid != keypair_is_valid(b, now))
		return valid;
	return keypair_algorithm(a) < keypair_algorithm(b);
}

/* Equals keep the order of the configuration, which qsort(3) does not promise. */
static void
sort(struct pairs *pairs, time_t now)
{
	struct keypair **items = pairs->items;

	for (size_t i = 1; i < pairs->count; i++) {
		struct keypair *pair = items[i];
		size_t place = i;
		for (; place > 0 && is_wanted_more(pair, items[place - 1], now);
		     place--)
			items[place] = items[place - 1];
		items[place] = pair;
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

	if (gnutls_certificate_allocate_credentials(&credentials) == 0) {
		/* Installing says which number a pair has got. */
		gnutls_certificate_set_flags(credentials, GNUTLS_CERTIFICATE_API_V2);
		/* For DHE with clients that do not know groups by name (RFC 7919). */
		gnutls_certificate_set_known_dh_params(
		    credentials, GNUTLS_SEC_PARAM_MEDIUM);
		return credentials;
	}
	findings_error(findings, "cert: out of memory");
	return NULL;
}

static bool
is_preferred(const struct keypair *a, const struct keypair *b)
{
	return keypair_algorithm(a) < keypair_algorithm(b);
}

/* Several algorithms may serve one name: a client that cannot verify the pair gets a
 * namesake. */
static void
install_named(struct pairs *pairs, size_t first, struct findings *findings)
{
	const struct keypair *pair = pairs->items[first];
	gnutls_certificate_credentials_t credentials = new_credentials(findings);

	pairs->named[first] = credentials;
	if (credentials == NULL)
		return;
	keypair_install(pair, credentials, findings);
	for (size_t i = 0; i < pairs->count; i++)
		if (i != first && share_a_name(pair, pairs->items[i]))
			keypair_install(pairs->items[i], credentials, findings);
}

static bool
has_preferred_namesake(const struct pairs *pairs, const struct keypair *pair)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (is_preferred(pairs->items[i], pair) &&
		    share_a_name(pair, pairs->items[i]))
			return true;
	return false;
}

static void
install_rest(struct pairs *pairs, size_t first, struct findings *findings)
{
	const struct keypair *pair = pairs->items[first];

	if (!has_preferred_namesake(pairs, pair))
		return;
	gnutls_certificate_credentials_t credentials = new_credentials(findings);
	pairs->rest[first] = credentials;
	if (credentials == NULL)
		return;
	keypair_install(pair, credentials, findings);
	for (size_t i = 0; i < pairs->count; i++)
		if (i != first && !is_preferred(pairs->items[i], pair) &&
		    share_a_name(pair, pairs->items[i]))
			keypair_install(pairs->items[i], credentials, findings);
}

static void
install(struct pairs *pairs, struct findings *findings)
{
	sort(pairs, time(NULL));
	pairs->credentials = new_credentials(findings);
	if (pairs->credentials == NULL)
		return;
	for (size_t i = 0; i < pairs->count; i++)
		keypair_install(pairs->items[i], pairs->credentials, findings);
	if (pairs->count < 2)
		return;
	pairs->named = memory_new(pairs->count * sizeof *pairs->named);
	pairs->rest = memory_new(pairs->count * sizeof *pairs->rest);
	for (size_t i = 0; i < pairs->count; i++) {
		install_named(pairs, i, findings);
		install_rest(pairs, i, findings);
	}
}

static void
free_list(gnutls_certificate_credentials_t *list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++)
		if (list[i] != NULL)
			gnutls_certificate_free_credentials(list[i]);
	free(list);
}

static void
free_credentials(struct pairs *pairs)
{
	free_list(pairs->named, pairs->count);
	free_list(pairs->rest, pairs->count);
	if (pairs->credentials != NULL)
		gnutls_certificate_free_credentials(pairs->credentials);
}

/* How badly a pair fits a client: bits, of which the highest that differs counts. */
enum { WILDCARD = 1, USELESS = 2, INVALID = 4, MISFIT = 8 };

static int
judge_name(const struct keypair *pair, const char *host)
{
	const struct stringlist *names = keypair_names(pair);
	int best = MISFIT;

	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], host) == 0)
			best = 0;
		else if (best == MISFIT && servername_matches(names->items[i], host))
			best = WILDCARD;
	return best;
}

/* The facts about a client, and the path found for it. */
struct search {
	const char *host; /* NULL: none is named */
	const struct capabilities *client;
	bool tls13;
	time_t now;
	size_t pair; /* the best so far */
	int cost; /* of it */
};

static int
judge(const struct keypair *pair, const struct search *search)
{
	int cost = search->host != NULL ? judge_name(pair, search->host) : 0;

	if (cost == MISFIT)
		return MISFIT;
	if (!keypair_suits(pair, search->client, search->tls13))
		cost |= USELESS;
	if (!keypair_is_valid(pair, search->now))
		cost |= INVALID;
	return cost;
}

/* True if a pair is for the host. */
static bool
find(const struct pairs *pairs, struct search *search)
{
	search->cost = MISFIT;
	for (size_t i = 0; i < pairs->count; i++) {
		int cost = judge(pairs->items[i], search);
		if (cost < search->cost) {
			search->cost = cost;
			search->pair = i;
		}
	}
	return search->cost < MISFIT;
}

/* True if a pair with a preferred kind of key is for the client but not valid or not of use. */
static bool
passes_over(const struct pairs *pairs, const struct search *search)
{
	for (size_t i = 0; i < pairs->count; i++) {
		int cost = judge(pairs->items[i], search);
		if (is_preferred(pairs->items[i], pairs->items[search->pair]) &&
		    cost > (search->cost | WILDCARD) && cost < MISFIT)
			return true;
	}
	return false;
}

struct gnutls_certificate_credentials_st *
pairs_credentials_for(const struct pairs *pairs, const char *host,
    const struct capabilities *client, bool tls13)
{
	struct search search = {
		.host = host, .client = client, .tls13 = tls13, .now = time(NULL)
	};

	if (!pairs_have_choice(pairs))
		return pairs->credentials;
	if (!find(pairs, &search)) {
		search.host = NULL;
		find(pairs, &search);
	}
	/* Before TLS 1.3 the library prefers by suites, that is by the kind of key. */
	gnutls_certificate_credentials_t rest = pairs->rest[search.pair];
	if (!tls13 && rest != NULL && passes_over(pairs, &search))
		return rest;
	return search.host != NULL || search.pair > 0 ? pairs->named[search.pair]
	                                              : pairs->credentials;
}

struct gnutls_certificate_credentials_st *
pairs_credentials(const struct pairs *pairs)
{
	return pairs->credentials;
}

bool
pairs_have_choice(const struct pairs *pairs)
{
	return pairs->count > 1;
}

size_t
pairs_count(const struct pairs *pairs)
{
	return pairs->count;
}

const struct keypair *
pairs_item(const struct pairs *pairs, size_t n)
{
	return pairs->items[n];
}

const struct keypair *
pairs_valid_for(const struct pairs *pairs, const char *host)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_is_valid(pairs->items[i], now) &&
		    keypair_covers(pairs->items[i], host))
			return pairs->items[i];
	return NULL;
}

bool
pairs_cover(const struct pairs *pairs, const char *host)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_covers(pairs->items[i], host))
			return true;
	return false;
}

int
pairs_announce(struct pairs *pairs, const struct clientauth *clientauth)
{
	for (size_t i = 0; pairs->named != NULL && i < pairs->count; i++)
		if (clientauth_install(clientauth, pairs->named[i]) < 0 ||
		    (pairs->rest[i] != NULL &&
			clientauth_install(clientauth, pairs->rest[i]) < 0))
			return -1;
	return clientauth_install(clientauth, pairs->credentials);
}

/* Measured with RSA 2048 beside P-256. */
static void
warn_of_rsa(const struct pairs *pairs, struct findings *findings)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_algorithm(pairs->items[i]) != KEYPAIR_RSA)
			return;
	if (pairs->count > 0)
		findings_warning(findings,
		    "cert: RSA only, with which a handshake costs about %s the "
		    "processor time: put an ECDSA certificate beside it",
		    libcrypto_version() != NULL ? "twice" : "six times");
}

struct pairs *
pairs_new(const struct pairs_settings *settings, struct findings *findings)
{
	struct pairs *pairs = memory_new(sizeof *pairs);
	size_t errors = findings->errors;

	pairs->count = pairsource_load(settings, &pairs->items, findings);
	warn_of_rsa(pairs, findings);
	install(pairs, findings);
	if (findings->errors == errors)
		return pairs;
	pairs_free(pairs);
	return NULL;
}

void
pairs_free(struct pairs *pairs)
{
	if (pairs == NULL)
		return;
	free_credentials(pairs);
	for (size_t i = 0; i < pairs->count; i++)
		keypair_free(pairs->items[i]);
	free(pairs->items);
	free(pairs);
}

static void
warn_of_staples(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_staple(pairs->items[i]) != NULL)
			staple_warn(keypair_staple(pairs->items[i]), &found);
	findings_move(findings, &found, "ocsp-response");
}

void
pairs_prove(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		keypair_prove(pairs->items[i], &found);
	findings_move(findings, &found, "key");
}

void
pairs_warn(const struct pairs *pairs, int64_t days, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		chain_warn(keypair_chain(pairs->items[i]),
		    keypair_file(pairs->items[i]), days, &found);
	findings_move(findings, &found, "cert");
	warn_of_staples(pairs, findings);
}

time_t
pairs_next_end(const struct pairs *pairs, time_t now)
{
	time_t next = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct staple *staple = keypair_staple(pairs->items[i]);
		next =
		    certificate_next_end(next, keypair_not_after(pairs->items[i]), now);
		if (staple != NULL)
			next = certificate_next_end(next, staple_ends(staple), now);
	}
	return next;
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
pairs_print(const struct pairs *pairs, FILE *out, const char *indent)
{
	for (size_t i = 0; i < pairs->count; i++)
		print_pair(pairs->items[i], out, indent);
}
