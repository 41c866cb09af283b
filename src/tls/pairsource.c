/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the key pairs of a service come from. */
#include "tls/pairsource.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/findings.h"
#include "base/memory.h"
#include "tls/certdir.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/keypair.h"
#include "tls/staple.h"

/* What has been loaded so far. */
struct loading {
	const struct pairs_settings *settings;
	struct keypair **items;
	size_t count;
	struct findings *findings;
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
load_one(
    struct loading *loading, const char *cert, const char *key, struct findings *found)
{
	const struct pairs_settings *settings = loading->settings;
	struct keypair_files files = { .cert = cert,
		.key = key[0] != '\0' ? key : NULL,
		.pin_file = settings->pin_file[0] ? settings->pin_file : NULL,
		.role = KEYPAIR_SERVER,
		.decrypts = settings->decrypt };
	struct keypair *pair = keypair_load(&files, found);

	if (pair != NULL)
		loading->items[loading->count++] = pair;
}

static void
make_room(struct loading *loading, size_t count)
{
	loading->items = memory_resize(
	    loading->items, (loading->count + count) * sizeof *loading->items);
}

static void
load_named(struct loading *loading)
{
	const struct pairs_settings *settings = loading->settings;

	make_room(loading, settings->cert.count + 1);
	for (size_t i = 0; i < settings->cert.count; i++) {
		const char *key = key_path(settings, i);
		struct keypair_files files = { .cert = settings->cert.items[i],
			.key = key,
			.pin_file = settings->pin_file };
		struct findings found;

		findings_init(&found);
		load_one(loading, files.cert, key != NULL ? key : "", &found);
		report(&files, &found, loading->findings);
	}
}

static void
load_folder(struct loading *loading)
{
	struct stringlist certs = { 0 }, keys = { 0 };
	struct findings found;

	certdir_list(loading->settings->cert_dir, &certs, &keys, loading->findings);
	make_room(loading, certs.count + 1);
	findings_init(&found);
	for (size_t i = 0; i < certs.count; i++)
		load_one(loading, certs.items[i], keys.items[i], &found);
	findings_move(loading->findings, &found, "cert-dir");
	stringlist_fini(&certs);
	stringlist_fini(&keys);
}

/* The pair that `staple` is about; NULL if it is about none, or one that has its own. */
static struct keypair *
find_stapled(const struct loading *loading, const struct staple *staple)
{
	for (size_t i = 0; i < loading->count; i++)
		if (keypair_staple(loading->items[i]) == NULL &&
		    staple_is_for(staple, keypair_chain(loading->items[i])))
			return loading->items[i];
	return NULL;
}

static void
load_staple(struct loading *loading, const char *path, struct findings *findings)
{
	struct staple *staple = staple_load(path, findings);

	if (staple == NULL)
		return;
	struct keypair *pair = find_stapled(loading, staple);
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
load_staples(struct loading *loading)
{
	const struct stringlist *files = &loading->settings->ocsp_response;
	struct findings found;

	findings_init(&found);
	for (size_t i = 0; i < files->count; i++)
		load_staple(loading, files->items[i], &found);
	findings_move(loading->findings, &found, "ocsp-response");
	for (size_t i = 0; i < loading->count; i++)
		if (lacks_staple(loading->items[i]))
			findings_error(loading->findings,
			    "cert: %s: demands a fresh OCSP response beside it (must-"
			    "staple): set ocsp-response to one",
			    keypair_file(loading->items[i]));
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

size_t
pairsource_load(const struct pairs_settings *settings, struct keypair ***pairs,
    struct findings *findings)
{
	struct loading loading = { .settings = settings, .findings = findings };

	if (files_add_up(settings, findings)) {
		load_named(&loading);
		if (settings->cert_dir[0] != '\0')
			load_folder(&loading);
		load_staples(&loading);
	}
	*pairs = loading.items;
	return loading.count;
}
