/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of a service's key pairs. */
#include "tls/keys/pairsource.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/thread/parallel.h"
#include "tls/keys/certdir.h"
#include "tls/x509/chain.h"
#include "tls/keys/credential.h"
#include "tls/keys/keypair.h"
#include "tls/keys/keyring.h"
#include "tls/keys/staple.h"

/* The pairs loaded so far. */
struct loading {
	const struct pairs_settings *settings;
	struct keyring *keyring;
	struct offer *offers;
	size_t count;
	struct findings *findings;
};

/* Several pairs that are loaded in parallel. */
struct batch {
	struct keyring *keyring;
	struct one {
		struct keypair_files files;
		struct keypair *pair;
		struct findings found;
	} * ones;
	size_t count;
};

/* Returns the path of the n-th key, or NULL if the certificate's file contains it. */
static const char *
key_path(const struct pairs_settings *settings, size_t n)
{
	return settings->key.count > 0 ? settings->key.items[n] : NULL;
}

/* True if the finding `text` is about `path`; for a URL it may show less. */
static bool
is_about_path(const char *text, const char *path)
{
	size_t length = strlen(path);

	if (strncmp(text, path, length) != 0)
		length = strcspn(path, "?");
	return length > 0 && strncmp(text, path, length) == 0 && text[length] == ':';
}

/* Returns the configuration key that a finding about one of `files` concerns. */
static const char *
key_concerned(const struct keypair_files *files, const char *text)
{
	const struct {
		const char *key, *path;
	} candidates[] = { { "cert", files->cert }, { "key", files->key },
		{ "pin-file", files->pin_file } };

	for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
		if (candidates[i].path != NULL &&
		    is_about_path(text, candidates[i].path))
			return candidates[i].key;
	return "cert";
}

static void
report_findings(const struct keypair_files *files, struct findings *found,
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
load_numbered(void *context, size_t number)
{
	struct batch *batch = context;
	struct one *one = &batch->ones[number];

	findings_init(&one->found);
	one->pair = keyring_load(batch->keyring, &one->files, &one->found);
}

static void
begin_batch(struct batch *batch, struct loading *loading, size_t count)
{
	batch->keyring = loading->keyring;
	batch->ones = memory_new(count * sizeof *batch->ones);
	batch->count = 0;
}

/* Adds a pair. `key` is NULL or "" if `cert` contains it. */
static void
add_to_batch(struct batch *batch, const struct pairs_settings *settings,
    const char *cert, const char *key)
{
	batch->ones[batch->count++].files = (struct keypair_files){ .cert = cert,
		.key = key != NULL && key[0] != '\0' ? key : NULL,
		.pin_file = settings->pin_file[0] ? settings->pin_file : NULL,
		.role = KEYPAIR_SERVER,
		.decrypts = settings->decrypt };
}

/* Loads the pairs of a batch and leaves the findings in it. */
static void
load_batch(struct loading *loading, struct batch *batch)
{
	parallel_run(batch->count, load_numbered, batch);
	loading->offers = memory_resize(
	    loading->offers, (loading->count + batch->count) * sizeof *loading->offers);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->ones[i].pair != NULL)
			loading->offers[loading->count++] =
			    (struct offer){ .pair = batch->ones[i].pair };
}

static void
load_named(struct loading *loading)
{
	const struct pairs_settings *settings = loading->settings;
	struct batch batch;

	begin_batch(&batch, loading, settings->cert.count);
	for (size_t i = 0; i < settings->cert.count; i++)
		add_to_batch(
		    &batch, settings, settings->cert.items[i], key_path(settings, i));
	load_batch(loading, &batch);
	for (size_t i = 0; i < batch.count; i++)
		report_findings(
		    &batch.ones[i].files, &batch.ones[i].found, loading->findings);
	free(batch.ones);
}

static void
load_folder(struct loading *loading)
{
	struct stringlist certs = { 0 }, keys = { 0 };
	struct batch batch;

	certdir_list(loading->settings->cert_dir, &certs, &keys, loading->findings);
	begin_batch(&batch, loading, certs.count);
	for (size_t i = 0; i < certs.count; i++)
		add_to_batch(&batch, loading->settings, certs.items[i], keys.items[i]);
	load_batch(loading, &batch);
	for (size_t i = 0; i < batch.count; i++)
		findings_move(loading->findings, &batch.ones[i].found, "cert-dir");
	free(batch.ones);
	stringlist_fini(&certs);
	stringlist_fini(&keys);
}

static bool
is_staple_for(const struct staple *staple, const struct keypair *pair)
{
	struct chain chain = { 0 };
	bool result = credential_chain(keypair_credential(pair), &chain) == 0 &&
	              staple_is_for(staple, &chain);

	chain_fini(&chain);
	return result;
}

/* Returns the pair that `staple` is about, or NULL if there is none, or if the pair has one
 * already. */
static struct offer *
find_stapled(const struct loading *loading, const struct staple *staple)
{
	for (size_t i = 0; i < loading->count; i++)
		if (loading->offers[i].staple == NULL &&
		    is_staple_for(staple, loading->offers[i].pair))
			return &loading->offers[i];
	return NULL;
}

static void
examine_staple(const struct offer *offer, struct findings *findings)
{
	struct chain chain = { 0 };

	if (credential_chain(keypair_credential(offer->pair), &chain) == 0)
		staple_examine(offer->staple, &chain, findings);
	chain_fini(&chain);
}

static void
load_staple(struct loading *loading, const char *path, struct findings *findings)
{
	struct staple *staple = staple_load(path, findings);

	if (staple == NULL)
		return;
	struct offer *offer = find_stapled(loading, staple);
	if (offer == NULL) {
		findings_error(findings,
		    "%s: is for none of the certificates, or one already has another: "
		    "fetch it again, or remove it",
		    path);
		staple_free(staple);
		return;
	}
	offer->staple = staple;
	examine_staple(offer, findings);
}

static bool
lacks_staple(const struct offer *offer)
{
	return keypair_must_staple(offer->pair) &&
	       (offer->staple == NULL || !staple_is_fresh(offer->staple, time(NULL)));
}

static void
load_staples(struct loading *loading)
{
	const struct stringlist *files = &loading->settings->ocsp_response;
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < files->count; i++)
		load_staple(loading, files->items[i], &found);
	findings_move(loading->findings, &found, "ocsp-response");
	for (size_t i = 0; i < loading->count; i++)
		if (lacks_staple(&loading->offers[i]))
			findings_error(loading->findings,
			    "cert: %s: requires a fresh OCSP response (must-staple): "
			    "set ocsp-response to one",
			    keypair_file(loading->offers[i].pair));
}

static bool
files_add_up(const struct pairs_settings *settings, struct findings *findings)
{
	if (settings->cert.count == 0 && settings->cert_dir[0] == '\0')
		findings_error(findings, "cert: is empty: set a certificate (\"tlscert "
					 "self-signed NAME\" makes one)");
	else if (settings->key.count > 0 && settings->key.count != settings->cert.count)
		findings_error(findings,
		    "key: %zu keys for %zu certificates: set one for each, in the same "
		    "order, or none if the certificates' files contain the keys",
		    settings->key.count, settings->cert.count);
	else
		return true;
	return false;
}

size_t
pairsource_load(const struct pairs_settings *settings, struct keyring *keyring,
    struct offer **offers, struct findings *findings)
{
	struct loading loading = {
		.settings = settings, .keyring = keyring, .findings = findings
	};

	if (files_add_up(settings, findings)) {
		load_named(&loading);
		if (settings->cert_dir[0] != '\0')
			load_folder(&loading);
		load_staples(&loading);
	}
	*offers = loading.offers;
	return loading.count;
}

void
offer_fini(struct offer *offer)
{
	keypair_drop(offer->pair);
	staple_free(offer->staple);
}
