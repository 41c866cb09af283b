/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of hosts. */
#include "server/snapshot/hostname.h"

#include <stddef.h>
#include <string.h>

#include "tls/x509/servername.h"

const char *
hostname_check(const char *name)
{
	const char *host = name;

	if (strncmp(name, "*.", 2) == 0) {
		host += 2;
		if (strchr(host, '.') == NULL)
			return "matches too much: write two labels after the *";
	}
	if (strlen(name) > SERVERNAME_MAX_SIZE)
		return "is too long for a host name";
	size_t size = strlen(host);
	return size > 0 && servername_host_size(host, size) == size
	           ? NULL
	           : "is not a host name: write www.example.org, *.example.org or the "
	             "xn-- form of a non-ASCII name";
}
