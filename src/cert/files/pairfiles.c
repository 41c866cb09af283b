/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files for a certificate and its key. */
#include "cert/files/pairfiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/options/arguments.h"
#include "cert/files/replacement.h"

enum { KEY_MODE = 0600, CERT_MODE = 0644 };

static char *
join_path(const char *folder, const char *base, const char *ending)
{
	if (strcmp(folder, ".") == 0)
		return memory_format("%s%s", base, ending);
	return memory_format("%s/%s%s", folder, base, ending);
}

char *
pairfiles_beside(const char *cert, const char *ending)
{
	const char *dot = strrchr(cert, '.'), *slash = strrchr(cert, '/');
	const char *name = slash != NULL ? slash + 1 : cert;
	size_t length = strlen(cert);

	if (dot != NULL && dot > name)
		length = (size_t)(dot - cert);
	return memory_format("%.*s%s", (int)length, cert, ending);
}

void
pairfiles_init(
    struct pairfiles *files, const struct arguments *arguments, const char *base)
{
	files->cert = arguments->cert != NULL
	                  ? memory_copy(arguments->cert)
	                  : join_path(arguments->out_dir, base, ".crt");
	if (arguments->key != NULL)
		files->key = memory_copy(arguments->key);
	else if (arguments->cert != NULL)
		files->key = pairfiles_beside(arguments->cert, ".key");
	else
		files->key = join_path(arguments->out_dir, base, ".key");
}

void
pairfiles_fini(struct pairfiles *files)
{
	free(files->cert);
	free(files->key);
	*files = (struct pairfiles){ NULL, NULL };
}

int
pairfiles_examine_path(
    const char *path, enum file_existing existing, struct findings *findings)
{
	size_t errors = findings->errors;
	struct stat st;
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL
	                   ? memory_copy(".")
	                   : memory_format("%.*s", (int)(slash - path + 1), path);

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		findings_error(findings, "%s: is a folder: give a file in it", path);
	else if (lstat(path, &st) == 0 && existing == FILE_KEEP)
		findings_error(findings,
		    "%s: already exists, so nothing was written: use --cert and --key "
		    "for other names, or --force to replace it",
		    path);
	else if (stat(folder, &st) < 0 && errno == ENOENT)
		findings_error(findings,
		    "%s: there is no folder %s: create it with mkdir -p %s", path,
		    folder, folder);
	free(folder);
	return findings->errors == errors ? 0 : -1;
}

int
pairfiles_examine(const struct pairfiles *files, enum file_existing existing,
    struct findings *findings)
{
	size_t errors = findings->errors;

	pairfiles_examine_path(files->cert, existing, findings);
	pairfiles_examine_path(files->key, existing, findings);
	if (strcmp(files->cert, files->key) == 0)
		findings_error(findings,
		    "%s: is the file of both certificate and key: give --key another "
		    "name",
		    files->cert);
	return findings->errors == errors ? 0 : -1;
}

static int
write_one(const char *path, const char *text, mode_t mode, struct findings *findings)
{
	if (file_write(path, text, strlen(text), mode, FILE_KEEP) == 0)
		return 0;
	findings_error(findings, "%s: cannot be written: %m", path);
	return -1;
}

static int
write_new(const struct pairfiles *files, const char *cert_pem, const char *key_pem,
    struct findings *findings)
{
	if (write_one(files->key, key_pem, KEY_MODE, findings) < 0)
		return -1;
	if (write_one(files->cert, cert_pem, CERT_MODE, findings) == 0)
		return 0;
	unlink(files->key);
	return -1;
}

static int
replace_pair(const struct pairfiles *files, const char *cert_pem, const char *key_pem,
    struct findings *findings)
{
	struct replacement both[2] = { 0 };
	int result = replacement_stage(
	    &both[0], files->key, key_pem, KEY_MODE, REPLACEMENT_SET_RIGHTS, findings);

	if (result == 0)
		result = replacement_stage(&both[1], files->cert, cert_pem, CERT_MODE,
		    REPLACEMENT_SET_RIGHTS, findings);
	if (result == 0)
		result = replacement_commit(both, 2, findings);
	replacement_fini(&both[0]);
	replacement_fini(&both[1]);
	return result;
}

int
pairfiles_write(const struct pairfiles *files, const char *cert_pem,
    const char *key_pem, enum file_existing existing, struct findings *findings)
{
	if (existing == FILE_KEEP)
		return write_new(files, cert_pem, key_pem, findings);
	return replace_pair(files, cert_pem, key_pem, findings);
}
