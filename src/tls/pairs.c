/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A service's key pairs, in the order in which they are preferred. */
#include "tls/pairs.h"

#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/certdir.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/clientauth.h"
#include "tls/keypair.h"
#include "tls/libcrypto.h"
#include "tls/servername.h"
#include "tls/staple.h"

enum { DAY = 86400 };

struct pairs {
	struct keypair **items; /* the most wanted first */
	size_t count;
	gnutls_certificate_credentials_t credentials; /* with all of them */
	/* For each pair, if there are several: it first, then its namesakes. */
	gnutls_certificate_credentials_t *named;
};

/* The path of the n-th key; NULL when it stands in the certificate's file. */
static const char *
key_path(const struct pairs_settings *settings, size_t n)
{
	return settings->key.count > 0 ? settings->key.items[n] : NULL;
}

/* Whether the finding `text` is about `path`; of a URL it may show less. */
static bool
is_about(const char *text, const char *path)
{
	size_t length = strlen(path);

	if (strncmp(text, path, length) != 0)
		length = strcspn(path, "?");
	return length > 0 && strncmp(text, path, length) == 0 && text[length] == ':';
}

/* The key of the configuration that a finding about one of `files` concerns. */
static const char *
key_concerned(const struct keypair_files *files, const char *text)
{
	const struct {
		const char *key, *path;
	} candidates[] = { { "cert", files->cert }, { "key", files->key },
		{ "pin-file", files->pin_file } };

	for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
		if (candidates[i].path != NULL && is_about(text, candidates[i].path))
			return candidates[i].key;
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

/* `key` is "" where it stands in `cert`. */
static void
load_one(struct pairs *pairs, const struct pairs_settings *settings, const char *cert,
    const char *key, struct findings *found)
{
	struct keypair_files files = { .cert = cert,
		.key = key[0] != '\0' ? key : NULL,
		.pin_file = settings->pin_file[0] ? settings->pin_file : NULL,
		.role = KEYPAIR_SERVER };
	struct keypair *pair = keypair_load(&files, found);

	if (pair != NULL)
		pairs->items[pairs->count++] = pair;
}

static void
make_room(struct pairs *pairs, size_t count)
{
	pairs->items =
	    memory_resize(pairs->items, (pairs->count + count) * sizeof *pairs->items);
}

static void
load_named(struct pairs *pairs, const struct pairs_settings *settings,
    struct findings *findings)
{
	make_room(pairs, settings->cert.count + 1);
	for (size_t i = 0; i < settings->cert.count; i++) {
		const char *key = key_path(settings, i);
		struct keypair_files files = { .cert = settings->cert.items[i],
			.key = key,
			.pin_file = settings->pin_file };
		struct findings found;

		findings_init(&found);
		load_one(pairs, settings, files.cert, key != NULL ? key : "", &found);
		report(&files, &found, findings);
	}
}

/* Adds what was found to `findings`, about the key `key`. */
static void
report_as(const char *key, struct findings *found, struct findings *findings)
{
	for (size_t i = 0; i < found->count; i++)
		findings_add(
		    findings, &found->items[i], "%s: %s", key, found->items[i].text);
	findings_fini(found);
}

static void
load_folder(struct pairs *pairs, const struct pairs_settings *settings,
    struct findings *findings)
{
	struct stringlist certs = { 0 }, keys = { 0 };
	struct findings found;

	certdir_list(settings->cert_dir, &certs, &keys, findings);
	make_room(pairs, certs.count + 1);
	findings_init(&found);
	for (size_t i = 0; i < certs.count; i++)
		load_one(pairs, settings, certs.items[i], keys.items[i], &found);
	report_as("cert-dir", &found, findings);
	stringlist_fini(&certs);
	stringlist_fini(&keys);
}

static void
load(struct pairs *pairs, const struct pairs_settings *settings,
    struct findings *findings)
{
	load_named(pairs, settings, findings);
	if (settings->cert_dir[0] != '\0')
		load_folder(pairs, settings, findings);
}

/* The pair that `staple` is about; NULL if it is about none, or one that has its own. */
static struct keypair *
find_stapled(const struct pairs *pairs, const struct staple *staple)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_staple(pairs->items[i]) == NULL &&
		    staple_is_for(staple, keypair_chain(pairs->items[i])))
			return pairs->items[i];
	return NULL;
}

static void
load_staple(struct pairs *pairs, const char *path, struct findings *findings)
{
	struct staple *staple = staple_load(path, findings);

	if (staple == NULL)
		return;
	struct keypair *pair = find_stapled(pairs, staple);
	if (pair == NULL) {
		findings_error(findings,
		    "%s: is about none of the certificates, or there is another: ask "
		    "for it again, or take it out",
		    path);
		staple_free(staple);
		return;
	}
	staple_examine(staple, keypair_chain(pair), findings);
	keypair_give_staple(pair, staple);
}

static bool
lacks_staple(const struct keypair *pair)
{
	const struct staple *staple = keypair_staple(pair);

	return certificate_must_staple(keypair_chain(pair)->certs[0]) &&
	       (staple == NULL || !staple_is_fresh(staple, time(NULL)));
}

static void
load_staples(struct pairs *pairs, const struct pairs_settings *settings,
    struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < settings->ocsp_response.count; i++)
		load_staple(pairs, settings->ocsp_response.items[i], &found);
	report_as("ocsp-response", &found, findings);
	for (size_t i = 0; i < pairs->count; i++)
		if (lacks_staple(pairs->items[i]))
			findings_error(findings,
			    "cert: %s: demands a fresh OCSP response beside it (must-"
			    "staple): set ocsp-response to one",
			    keypair_file(pairs->items[i]));
}

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
		return credentials;
	}
	findings_error(findings, "cert: out of memory");
	return NULL;
}

/* Several algorithms may serve one name: who cannot verify the pair gets a namesake. */
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
	for (size_t i = 0; i < pairs->count; i++)
		install_named(pairs, i, findings);
}

static void
free_credentials(struct pairs *pairs)
{
	for (size_t i = 0; pairs->named != NULL && i < pairs->count; i++)
		if (pairs->named[i] != NULL)
			gnutls_certificate_free_credentials(pairs->named[i]);
	free(pairs->named);
	if (pairs->credentials != NULL)
		gnutls_certificate_free_credentials(pairs->credentials);
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
	return best == MISFIT || keypair_is_valid(pair, now) ? best : best + EXPIRED;
}

struct gnutls_certificate_credentials_st *
pairs_credentials_for(const struct pairs *pairs, const char *host)
{
	struct gnutls_certificate_credentials_st *found = NULL;
	time_t now = time(NULL);
	int least = MISFIT;

	for (size_t i = 0; pairs->named != NULL && i < pairs->count; i++) {
		int cost = judge(pairs->items[i], host, now);
		if (cost < least) {
			least = cost;
			found = pairs->named[i];
		}
	}
	return found;
}

struct gnutls_certificate_credentials_st *
pairs_credentials(const struct pairs *pairs)
{
	const time_t now = time(NULL);

	gnutls_certificate_credentials_t found = pairs->credentials;

	/* What was valid when they were sorted may have ended since. */
	for (size_t i = 1; i < pairs->count && !keypair_is_valid(pairs->items[0], now);
	     i++)
		if (keypair_is_valid(pairs->items[i], now)) {
			found = pairs->named[i];
			break;
		}
	return found;
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

int
pairs_announce(struct pairs *pairs, const struct clientauth *clientauth)
{
	for (size_t i = 0; pairs->named != NULL && i < pairs->count; i++)
		if (clientauth_install(clientauth, pairs->named[i]) < 0)
			return -1;
	return clientauth_install(clientauth, pairs->credentials);
}

static bool
files_add_up(const struct pairs_settings *settings, struct findings *findings)
{
	if (settings->cert.count == 0 && settings->cert_dir[0] == '\0')
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

	if (files_add_up(settings, findings)) {
		load(pairs, settings, findings);
		warn_of_rsa(pairs, findings);
		load_staples(pairs, settings, findings);
		install(pairs, findings);
	}
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
warn_pair(const struct keypair *pair, int64_t days, struct findings *findings)
{
	char date[CERTIFICATE_DATE_SIZE];
	const time_t now = time(NULL), end = keypair_not_after(pair);
	const int64_t left = ((int64_t)end - now) / DAY;

	certificate_date(end, date);
	if (end < now)
		findings_warning(findings,
		    "cert: %s: the certificate expired on %s: renew it",
		    keypair_file(pair), date);
	else if (left < days)
		findings_warning(findings,
		    "cert: %s: the certificate ends in %" PRId64 " %s, on %s: renew it",
		    keypair_file(pair), left, left == 1 ? "day" : "days", date);
}

static void
warn_of_staples(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		if (keypair_staple(pairs->items[i]) != NULL)
			staple_warn(keypair_staple(pairs->items[i]), &found);
	report_as("ocsp-response", &found, findings);
}

void
pairs_prove(const struct pairs *pairs, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < pairs->count; i++)
		keypair_prove(pairs->items[i], &found);
	report_as("key", &found, findings);
}

void
pairs_warn(const struct pairs *pairs, int64_t days, struct findings *findings)
{
	for (size_t i = 0; i < pairs->count; i++)
		warn_pair(pairs->items[i], days, findings);
	warn_of_staples(pairs, findings);
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
