/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of key pairs. */
#include "tls/certdir.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/findings.h"
#include "base/memory.h"
#include "base/shortage.h"
#include "base/stringlist.h"

static bool
ends_with(const char *name, const char *end)
{
	size_t length = strlen(name);

	return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
add(struct stringlist *list, const char *path)
{
	stringlist_add(list, path, strlen(path));
}

static bool
exists(const char *folder, const char *name)
{
	char *path = memory_format("%s/%s", folder, name);
	bool found = access(path, F_OK) == 0;

	free(path);
	return found;
}

/* `name` is one of certbot's or dehydrated's: cert.pem, or with a number or time of issue. */
static bool
is_certbots(const char *name)
{
	static const char *const starts[] = { "cert", "chain", "fullchain", "privkey" };

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t length = strlen(starts[i]);
		if (strncmp(name, starts[i], length) == 0 &&
		    (name[length] == '.' || name[length] == '-'))
			return ends_with(name, ".pem");
	}
	return false;
}

/* `name` is NAME.pem, and the pair that stands in it is in NAME.crt and NAME.key as well, or in
 * the files that cert-manager has beside tls-combined.pem. */
static bool
is_repeated(const char *folder, const char *name)
{
	if (!ends_with(name, ".pem"))
		return false;
	if (strcmp(name, "tls-combined.pem") == 0 && exists(folder, "tls.crt"))
		return true;
	const int stem = (int)(strlen(name) - strlen("pem"));
	char *cert = memory_format("%.*scrt", stem, name);
	char *key = memory_format("%.*skey", stem, name);
	bool repeated = exists(folder, cert) && exists(folder, key);
	free(cert);
	free(key);
	return repeated;
}

/* ACME clients leave these beside a pair: the issuer's certificates and parts of the pair. */
static bool
is_left_over(const char *folder, const char *name)
{
	if (exists(folder, "privkey.pem") && exists(folder, "fullchain.pem") &&
	    is_certbots(name))
		return strcmp(name, "fullchain.pem") != 0;
	if (strcmp(name, "ca.crt") == 0)
		return !exists(folder, "ca.key");
	return ends_with(name, ".issuer.crt") || is_repeated(folder, name);
}

/* The key of the certificate file `name` in `folder`, which may stand beside it; the caller
 * frees it. */
static char *
name_key(const char *folder, const char *name)
{
	if (strcmp(name, "fullchain.pem") == 0 && exists(folder, "privkey.pem"))
		return memory_format("%s/privkey.pem", folder);
	return memory_format(
	    "%s/%.*skey", folder, (int)(strlen(name) - strlen("crt")), name);
}

/* `name` ends in .crt or .pem. */
static void
add_file(const char *folder, const char *name, struct stringlist *certs,
    struct stringlist *keys, struct findings *findings)
{
	char *path = memory_format("%s/%s", folder, name);
	char *key = name_key(folder, name);
	bool has_key = access(key, F_OK) == 0;

	if (has_key || ends_with(path, ".pem")) {
		add(certs, path);
		add(keys, has_key ? key : "");
	} else {
		findings_error(findings,
		    "cert-dir: %s: has no %s beside it: put it there, or the "
		    "certificate elsewhere",
		    path, strrchr(key, '/') + 1);
	}
	free(key);
	free(path);
}

static void
add_pair(const char *folder, const char *cert, const char *key,
    struct stringlist *certs, struct stringlist *keys)
{
	char *path = memory_format("%s/%s", folder, cert);
	add(certs, path);
	free(path);
	path = memory_format("%s/%s", folder, key);
	add(keys, path);
	free(path);
}

/* acme.sh: NAME.cer has the certificate alone, fullchain.cer the chain. A file without a key
 * is part of a pair or of none. */
static void
add_cer(const char *folder, const char *name, struct stringlist *certs,
    struct stringlist *keys)
{
	char *key = memory_format("%.*skey", (int)(strlen(name) - strlen("cer")), name);

	if (exists(folder, key))
		add_pair(folder,
		    exists(folder, "fullchain.cer") ? "fullchain.cer" : name, key,
		    certs, keys);
	free(key);
}

/* What ACME clients leave in a folder for each certificate: certbot and its kind, a secret of
 * cert-manager, and acme.sh, whose folder is called NAME or NAME_ecc. */
static void
add_folder(const char *path, struct stringlist *certs, struct stringlist *keys)
{
	const char *name = strrchr(path, '/') + 1;
	size_t length = strlen(name) - (ends_with(name, "_ecc") ? strlen("_ecc") : 0);
	char *key = memory_format("%.*s.key", (int)length, name);

	if (exists(path, "fullchain.pem"))
		add_pair(path, "fullchain.pem", "privkey.pem", certs, keys);
	else if (exists(path, "tls.crt"))
		add_pair(path, "tls.crt", "tls.key", certs, keys);
	else if (exists(path, "fullchain.cer") && exists(path, key))
		add_pair(path, "fullchain.cer", key, certs, keys);
	free(key);
}

/* Adds what the entry `name` of `folder` is, or holds. */
static void
add_entry(const char *folder, const char *name, struct stringlist *certs,
    struct stringlist *keys, struct findings *findings)
{
	if (is_left_over(folder, name))
		return;
	if (ends_with(name, ".crt") || ends_with(name, ".pem")) {
		add_file(folder, name, certs, keys, findings);
	} else if (ends_with(name, ".cer")) {
		add_cer(folder, name, certs, keys);
	} else {
		char *path = memory_format("%s/%s", folder, name);
		add_folder(path, certs, keys);
		free(path);
	}
}

void
certdir_list(const char *folder, struct stringlist *certs, struct stringlist *keys,
    struct findings *findings)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);
	size_t before = certs->count;
	size_t errors = findings->errors;

	if (count < 0) {
		shortage_note_cause(errno);
		findings_error(
		    findings, "cert-dir: %s: %s", folder, strerrordesc_np(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		add_entry(folder, entries[i]->d_name, certs, keys, findings);
		free(entries[i]);
	}
	free(entries);
	if (certs->count == before && findings->errors == errors)
		findings_error(findings,
		    "cert-dir: %s: holds no pair: there are NAME.crt with NAME.key, "
		    "NAME.pem with its key in it, and NAME/fullchain.pem with "
		    "NAME/privkey.pem",
		    folder);
}

static void
add_watched(const char *folder, int depth, struct stringlist *paths)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);

	if (count < 0) {
		/* A file, or nothing. */
		add(paths, folder);
		return;
	}
	char *self = memory_format("%s/.", folder);
	add(paths, self);
	free(self);
	for (int i = 0; i < count; i++) {
		char *path = memory_format("%s/%s", folder, entries[i]->d_name);
		if (depth > 0)
			add_watched(path, depth - 1, paths);
		else
			add(paths, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
}

void
certdir_watched(const char *folder, struct stringlist *paths)
{
	add_watched(folder, 1, paths);
}
