/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Host names. */
#include "tls/x509/servername.h"

#include <string.h>
#include <strings.h>

#define LABEL_MAX_SIZE 63 /* RFC 1035, 2.3.4 */

static bool
is_label(const char *label, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	for (size_t i = 0; i < size; i++)
		if (memchr(letters, label[i], sizeof letters - 1) == NULL)
			return false;
	return size > 0 && size <= LABEL_MAX_SIZE;
}

size_t
servername_host_size(const char *name, size_t size)
{
	if (size > 0 && name[size - 1] == '.')
		size--;
	if (size > SERVERNAME_MAX_SIZE)
		return 0;
	for (size_t at = 0; at <= size;) {
		const char *dot = memchr(name + at, '.', size - at);
		size_t end = dot != NULL ? (size_t)(dot - name) : size;
		if (!is_label(name + at, end - at))
			return 0;
		at = end + 1;
	}
	return size;
}

bool
servername_matches(const char *pattern, const char *name)
{
	const char *dot = strchr(name, '.');

	if (strcasecmp(pattern, name) == 0)
		return true;
	/* "*.org" would be a certificate for strangers, and ".example.org" is not a host. */
	if (strncmp(pattern, "*.", 2) != 0 || strchr(pattern + 2, '.') == NULL)
		return false;
	return dot != NULL && dot > name && strcasecmp(pattern + 1, dot) == 0;
}

const char *
servername_mistake(const char *pattern)
{
	const char *host = pattern;

	if (strncmp(pattern, "*.", 2) == 0) {
		host += 2;
		if (strchr(host, '.') == NULL)
			return "matches too much: write two labels after the *";
	}
	if (strlen(pattern) > SERVERNAME_MAX_SIZE)
		return "is too long for a host name";
	size_t size = strlen(host);
	return size > 0 && servername_host_size(host, size) == size
	           ? NULL
	           : "is not a host name: write www.example.org, *.example.org or the "
	             "xn-- form of a non-ASCII name";
}
