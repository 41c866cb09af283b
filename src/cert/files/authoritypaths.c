/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths of an authority's files. */
#include "cert/files/authoritypaths.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "cert/options/arguments.h"
#include "cert/files/pairfiles.h"

static char *
choose_path(const char *asked, const char *beside, const char *ending)
{
	return asked != NULL ? memory_copy(asked) : pairfiles_beside(beside, ending);
}

void
authoritypaths_init(
    struct authoritypaths *paths, const struct arguments *arguments, const char *folder)
{
	if (arguments->ca_cert != NULL)
		paths->cert = memory_copy(arguments->ca_cert);
	else if (strcmp(folder, ".") == 0)
		paths->cert = memory_copy("ca.crt");
	else
		paths->cert = memory_format("%s/ca.crt", folder);
	paths->key = choose_path(arguments->ca_key, paths->cert, ".key");
	paths->crl = choose_path(arguments->crl, paths->cert, ".crl");
	paths->files = (struct authority_files){ .cert = paths->cert,
		.key = paths->key,
		.pin_file = arguments->ca_pin_file };
}

void
authoritypaths_fini(struct authoritypaths *paths)
{
	free(paths->cert);
	free(paths->key);
	free(paths->crl);
	*paths = (struct authoritypaths){ 0 };
}
