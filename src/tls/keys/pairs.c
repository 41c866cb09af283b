/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A service's key pairs, in order of preference. */
#include "tls/keys/pairs.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/x509/certificate.h"
#include "tls/clientauth/clientauth.h"
#include "tls/keys/credential.h"
#include "tls/keys/keypair.h"
#include "tls/accel/libcrypto.h"
#include "tls/keys/nameindex.h"
#include "tls/x509/servername.h"
#include "tls/keys/staple.h"

struct pairs {
	struct offer *offers; /* in order of preference */
	size_t count;
	struct nameindex *index; /* their places, by the names of the pairs */
	gnutls_certificate_credentials_t credentials;
};

/*
 * Sorts valid pairs before expired ones, then by the cost of the signature. Equal pairs keep
 * the order of the configuration.
 */
static void
sort_offers(struct pairs *pairs, time_t now)
{
	struct offer *sorted = memory_new(pairs->count * sizeof *sorted);
	size_t count = 0;

	for (int class = 0; class < 2 * (KEYPAIR_OTHER + 1); class ++)
		for (size_t i = 0; i < pairs->count; i++) {
			const struct keypair *pair = pairs->offers[i].pair;
			const int ended = keypair_is_valid(pair, now) ? 0 : 1;
			if (ended * (KEYPAIR_OTHER + 1) +
				(int)keypair_algorithm(pair) ==
			    class)
				sorted[count++] = pairs->offers[i];
		}
	free(pairs->offers);
	pairs->offers = sorted;
}

static void
make_index(struct pairs *pairs)
{
	pairs->index = nameindex_new();
	for (size_t i = 0; i < pairs->count; i++) {
		const struct stringlist *names = keypair_names(pairs->offers[i].pair);
		for (size_t j = 0; j < names->count; j++)
			nameindex_add(pairs->index, names->items[j], i);
	}
	nameindex_sort(pairs->index);
}

/* Called by the library to choose what to present. */
static int
present_offer(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
    gnutls_pcert_st **certs, unsigned *count, gnutls_ocsp_data_st **responses,
    unsigned *response_count, gnutls_privkey_t *key, unsigned *flags)
{
	const struct offer *const *chosen = gnutls_session_get_ptr(session);
	const struct offer *offer = *chosen;
	const struct credential *credential = keypair_credential(offer->pair);

	(void)info;
	*certs = credential->certs;
	*count = credential->count;
	*key = credential->key;
	if (offer->staple != NULL)
		*responses = staple_response(offer->staple, time(NULL));
	*response_count = *responses != NULL ? 1 : 0;
	*flags = 0; /* the library frees nothing */
	return 0;
}

static void
make_credentials(struct pairs *pairs, struct findings *findings)
{
	if (gnutls_certificate_allocate_credentials(&pairs->credentials) < 0) {
		findings_error(findings, "cert: out of memory");
		return;
	}
	gnutls_certificate_set_retrieve_function3(pairs->credentials, present_offer);
	/* For DHE with clients that do not know groups by name (RFC 7919). */
	gnutls_certificate_set_known_dh_params(
	    pairs->credentials, GNUTLS_SEC_PARAM_MEDIUM);
}

/* How badly a pair fits a client: bits, of which the highest that differs decides. */
enum { WILDCARD = 1, DOUBT = 2, INVALID = 4, USELESS = 8, MISFIT = 16 };

/* The facts about a client, and the pair found for it. */
struct search {
	const struct pairs *pairs;
	const struct clientcaps *client;
	bool tls13;
	time_t now;
	size_t place; /* of the best pair so far */
	int cost; /* of it */
};

static void
try_pair(struct search *search, size_t place, int cost)
{
	const struct keypair *pair = search->pairs->offers[place].pair;

	const enum suitability suitability =
	    keypair_suits(pair, search->client, search->tls13);

	if (suitability != SUITABLE)
		cost |= suitability == DOUBTFUL ? DOUBT : USELESS;
	if (!keypair_is_valid(pair, search->now))
		cost |= INVALID;
	if (cost >= search->cost)
		return;
	search->cost = cost;
	search->place = place;
}

static void
try_named(struct search *search, const char *name, int cost)
{
	const struct nameindex_entry *entries;
	size_t count = nameindex_find(search->pairs->index, name, &entries);

	for (size_t i = 0; i < count; i++)
		try_pair(search, entries[i].number, cost);
}

/* Makes the wildcard that matches a host. Returns false if there is none: "*.org" would match
 * strangers. */
static bool
name_wildcard(const char *host, char wildcard[SERVERNAME_MAX_SIZE + 2])
{
	const char *dot = strchr(host, '.');

	if (dot == NULL || dot == host || strchr(dot + 1, '.') == NULL ||
	    strlen(dot) > SERVERNAME_MAX_SIZE)
		return false;
	wildcard[0] = '*';
	memcpy(wildcard + 1, dot, strlen(dot) + 1);
	return true;
}

static void
find_for_host(struct search *search, const char *host)
{
	char wildcard[SERVERNAME_MAX_SIZE + 2];

	try_named(search, host, 0);
	if (name_wildcard(host, wildcard))
		try_named(search, wildcard, WILDCARD);
}

const struct offer *
pairs_choose(const struct pairs *pairs, const char *host,
    const struct clientcaps *client, bool tls13)
{
	struct search search = { .pairs = pairs,
		.client = client,
		.tls13 = tls13,
		.now = time(NULL),
		.cost = MISFIT };

	if (!pairs_have_choice(pairs))
		return &pairs->offers[0];
	if (host != NULL)
		find_for_host(&search, host);
	if (search.cost == MISFIT)
		for (size_t i = 0; i < pairs->count && search.cost > 0; i++)
			try_pair(&search, i, 0);
	return &pairs->offers[search.place];
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

const struct offer *
pairs_offer(const struct pairs *pairs, size_t n)
{
	return &pairs->offers[n];
}

/* Returns the first valid pair that has `name`, which may be a wildcard, or NULL. */
static const struct keypair *
find_valid(const struct pairs *pairs, const char *name, time_t now)
{
	const struct nameindex_entry *entries;
	size_t count = nameindex_find(pairs->index, name, &entries);

	for (size_t i = 0; i < count; i++) {
		const struct keypair *pair = pairs->offers[entries[i].number].pair;
		if (keypair_is_valid(pair, now))
			return pair;
	}
	return NULL;
}

const struct keypair *
pairs_valid_for(const struct pairs *pairs, const char *host)
{
	char wildcard[SERVERNAME_MAX_SIZE + 2];
	const time_t now = time(NULL);
	const struct keypair *pair = find_valid(pairs, host, now);

	if (pair == NULL && name_wildcard(host, wildcard))
		pair = find_valid(pairs, wildcard, now);
	return pair;
}

bool
pairs_cover(const struct pairs *pairs, const char *host)
{
	const struct nameindex_entry *entries;
	char wildcard[SERVERNAME_MAX_SIZE + 2];

	return nameindex_find(pairs->index, host, &entries) > 0 ||
	       (name_wildcard(host, wildcard) &&
		   nameindex_find(pairs->index, wildcard, &entries) > 0);
}

bool
pairs_have(const struct pairs *pairs, const struct keypair *pair)
{
	const struct stringlist *names = keypair_names(pair);
	const struct nameindex_entry *entries;

	if (names->count == 0)
		return false;
	size_t count = nameindex_find(pairs->index, names->items[0], &entries);
	for (size_t i = 0; i < count; i++)
		if (pairs->offers[entries[i].number].pair == pair)
			return true;
	return false;
}

int
pairs_announce(struct pairs *pairs, const struct clientauth *clientauth)
{
	return clientauth_install(clientauth, pairs->credentials);
}

/* The cost was measured with RSA 2048 and P-256. */
static void
warn_of_rsa(const struct pairs *pairs, struct findings *findings)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_algorithm(pairs->offers[i].pair) != KEYPAIR_RSA)
			return;
	if (pairs->count > 0)
		findings_warning(findings,
		    "cert: RSA only, with which a handshake costs about %s the "
		    "processor time: add an ECDSA certificate",
		    libcrypto_version() != NULL ? "twice" : "six times");
}

struct pairs *
pairs_new(const struct pairs_settings *settings, struct keyring *keyring,
    struct findings *findings)
{
	struct pairs *pairs = memory_new(sizeof *pairs);
	size_t errors = findings->errors;

	pairs->count = pairsource_load(settings, keyring, &pairs->offers, findings);
	warn_of_rsa(pairs, findings);
	sort_offers(pairs, time(NULL));
	make_index(pairs);
	make_credentials(pairs, findings);
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
	if (pairs->credentials != NULL)
		gnutls_certificate_free_credentials(pairs->credentials);
	nameindex_free(pairs->index);
	for (size_t i = 0; i < pairs->count; i++)
		offer_fini(&pairs->offers[i]);
	free(pairs->offers);
	free(pairs);
}

static void
warn_of_staples(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		if (pairs->offers[i].staple != NULL)
			staple_warn(pairs->offers[i].staple, &found);
	findings_move(findings, &found, "ocsp-response");
}

void
pairs_prove(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		keypair_prove(pairs->offers[i].pair, &found);
	findings_move(findings, &found, "key");
}

void
pairs_warn(const struct pairs *pairs, int64_t days, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		keypair_warn(pairs->offers[i].pair, days, &found);
	findings_move(findings, &found, "cert");
	warn_of_staples(pairs, findings);
}

time_t
pairs_next_end(const struct pairs *pairs, time_t now)
{
	time_t next = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct offer *offer = &pairs->offers[i];
		next = certificate_next_end(next, keypair_not_after(offer->pair), now);
		if (offer->staple != NULL)
			next =
			    certificate_next_end(next, staple_ends(offer->staple), now);
	}
	return next;
}

static void
print_pair(const struct keypair *pair, FILE *out, const char *indent)
{
	const struct stringlist *names = keypair_names(pair);
	time_t end = keypair_not_after(pair);
	char date[CERTIFICATE_DATE_SIZE];

	fprintf(out, "%scertificate: %s until %s for", indent,
	    keypair_description(pair), certificate_date(end, date));
	for (size_t i = 0; i < names->count; i++)
		fprintf(out, " %s", names->items[i]);
	fputc('\n', out);
}

void
pairs_print(const struct pairs *pairs, FILE *out, const char *indent)
{
	for (size_t i = 0; i < pairs->count; i++)
		print_pair(pairs->offers[i].pair, out, indent);
}
