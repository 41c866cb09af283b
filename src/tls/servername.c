/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matching host names. */
#include "tls/servername.h"

#include <string.h>
#include <strings.h>

bool
servername_matches(const char *pattern, const char *name)
{
	const char *dot = strchr(name, '.');

	if (strcasecmp(pattern, name) == 0)
		return true;
	/* "*.org" would be a certificate for strangers, ".example.org" no host at all. */
	if (strncmp(pattern, "*.", 2) != 0 || strchr(pattern + 2, '.') == NULL)
		return false;
	return dot != NULL && dot > name && strcasecmp(pattern + 1, dot) == 0;
}
