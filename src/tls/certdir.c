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

/* `path` ends in .crt or .pem, and its key may stand beside it. */
static void
add_file(const char *path, struct stringlist *certs, struct stringlist *keys,
    struct findings *findings)
{
	char *key = memory_format("%.*skey", (int)(strlen(path) - strlen("crt")), path);
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
}

/* What certbot(1) and its kind leave in a folder for each certificate. */
static void
add_folder(const char *path, struct stringlist *certs, struct stringlist *keys)
{
	char *cert = memory_format("%s/fullchain.pem", path);
	char *key = memory_format("%s/privkey.pem", path);

	if (access(cert, F_OK) == 0) {
		add(certs, cert);
		add(keys, key);
	}
	free(cert);
	free(key);
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
		const char *name = entries[i]->d_name;
		char *path = memory_format("%s/%s", folder, name);
		if (ends_with(name, ".crt") || ends_with(name, ".pem"))
			add_file(path, certs, keys, findings);
		else
			add_folder(path, certs, keys);
		free(path);
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
