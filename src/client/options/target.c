/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the text of a target. */
#include "client/options/target.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "base/net/address.h"
#include "base/memory/memory.h"

#define HTTPS_PORT "443" /* RFC 9110, 4.2.2 */

static int
set_error(char *error, const char *text)
{
	snprintf(error, TARGET_ERROR_SIZE, "%s", text);
	return -1;
}

static int
parse_path(struct target *target, const char *path, char *error)
{
	if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return set_error(error, "the path is too long for a socket");
	target->path = memory_copy(path);
	target->name = memory_copy("localhost");
	return 0;
}

/* Returns the host as certificates write it: without the root's dot and without an IPv6 scope. */
static char *
name_of(const char *host)
{
	size_t length = strlen(host);
	const char *scope = strchr(host, '%');

	if (scope != NULL && memchr(host, ':', (size_t)(scope - host)) != NULL)
		length = (size_t)(scope - host);
	if (length > 1 && host[length - 1] == '.')
		length--;
	return memory_format("%.*s", (int)length, host);
}

static int
parse_host(struct target *target, const char *text, char *error)
{
	if (address_split(text, &target->host, &target->port) < 0)
		return set_error(
		    error, "is not HOST:PORT, [IPV6]:PORT, https://HOST or /PATH");
	if (target->host[0] == '\0' || strcmp(target->port, "0") == 0)
		return set_error(error, "needs a host and a port that is not 0");
	target->name = name_of(target->host);
	return 0;
}

/* True if a port follows the host. */
static bool
has_port(const char *host)
{
	const char *end = strchr(host, ']');

	return strchr(end != NULL ? end : host, ':') != NULL;
}

/* Reads the text that follows the scheme (RFC 3986, 3.2). */
static int
parse_authority(struct target *target, const char *text, char *error)
{
	int length = (int)strcspn(text, "/?#");

	if (memchr(text, '@', (size_t)length) != NULL)
		return set_error(error, "contains a user name: remove it");
	char *host = memory_format("%.*s", length, text);
	char *whole = memory_format("%s%s", host, has_port(host) ? "" : ":" HTTPS_PORT);
	int result = parse_host(target, whole, error);
	free(whole);
	free(host);
	return result;
}

int
target_parse(struct target *target, const char *text, char error[TARGET_ERROR_SIZE])
{
	*target = (struct target){ .text = memory_copy(text) };
	if (strncmp(text, "unix:", 5) == 0)
		text += 5;
	if (text[0] == '/')
		return parse_path(target, text, error);
	if (strncasecmp(text, "https://", 8) == 0)
		return parse_authority(target, text + 8, error);
	if (strstr(text, "://") != NULL)
		return set_error(
		    error, "has a scheme other than https://: use https://");
	return parse_host(target, text, error);
}

void
target_fini(struct target *target)
{
	free(target->text);
	free(target->host);
	free(target->port);
	free(target->path);
	free(target->name);
	*target = (struct target){ 0 };
}
