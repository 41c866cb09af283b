/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket addresses from text and to text. */
#include "base/net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/memory/memory.h"
#include "base/text/text.h"

#define HOST_MAX_SIZE 253 /* as text without a dot at its end (RFC 1035, 2.3.4) */
#define LABEL_MAX_SIZE 63

int
address_family(const struct address *address)
{
	return address->storage.ss_family;
}

static const struct sockaddr_un *
as_unix(const struct address *address)
{
	return (const struct sockaddr_un *)&address->storage;
}

const char *
address_path(const struct address *address)
{
	/* A peer without a name has a length that ends before the path. */
	if (address->length <= offsetof(struct sockaddr_un, sun_path))
		return "";
	return as_unix(address)->sun_path;
}

static int
parse_unix(const char *path, struct address *address, char *error)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&address->storage;

	if (strlen(path) >= sizeof un->sun_path) {
		snprintf(error, ADDRESS_TEXT_SIZE,
		    "a socket's path has at most %zu characters",
		    sizeof un->sun_path - 1);
		return -1;
	}
	memset(address, 0, sizeof *address);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path) + 1);
	address->length = sizeof *un;
	return 1;
}

int
address_split(const char *text, char **host, char **port)
{
	const char *colon = strrchr(text, ':');
	int64_t number;

	if (colon == NULL || text_parse_number(colon + 1, 0, 65535, &number) < 0)
		return -1;
	const char *start = text, *end = colon;
	bool bracketed = end > start + 1 && *start == '[' && end[-1] == ']';
	if (bracketed) {
		start++;
		end--;
	} else if (memchr(start, ':', (size_t)(end - start)) != NULL) {
		return -1; /* an IPv6 address needs its brackets */
	}
	if (end == start + 1 && *start == '*')
		start = end;
	*host = memory_format("%.*s", (int)(end - start), start);
	*port = memory_copy(colon + 1);
	return 0;
}

/* Copies the list that getaddrinfo(3) returned, in its order and without duplicates. */
static int
copy_addresses(const struct addrinfo *list, struct address addresses[ADDRESS_MAX])
{
	int count = 0;

	for (; list != NULL && count < ADDRESS_MAX; list = list->ai_next) {
		struct address *address = &addresses[count];
		bool known = false;

		memset(address, 0, sizeof *address);
		memcpy(&address->storage, list->ai_addr, list->ai_addrlen);
		address->length = list->ai_addrlen;
		for (int i = 0; i < count; i++)
			known = known || address_equal(&addresses[i], address);
		if (!known)
			count++;
	}
	return count;
}

/* Looks a host up with these flags for getaddrinfo(3). Returns the number of addresses, or -1
 * with the reason in `error`. */
static int
look_up(const char *host, const char *port, int flags,
    struct address addresses[ADDRESS_MAX], char *error)
{
	/* AI_PASSIVE has an effect only without a host. */
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV | flags,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	int code = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &list);

	if (code != 0) {
		snprintf(error, ADDRESS_TEXT_SIZE, "%s", gai_strerror(code));
		return -1;
	}
	int count = copy_addresses(list, addresses);
	freeaddrinfo(list);
	return count;
}

static int
resolve_host(const char *host, const char *port, struct address addresses[ADDRESS_MAX],
    char *error)
{
	char reason[ADDRESS_TEXT_SIZE];
	int count = look_up(host, port, 0, addresses, reason);

	if (count < 0)
		snprintf(
		    error, ADDRESS_TEXT_SIZE, "host \"%.64s\": %.48s", host, reason);
	return count;
}

static bool
is_port(const char *text, int64_t least)
{
	int64_t number;

	return text_parse_number(text, least, 65535, &number) == 0;
}

/* Returns the port of a text that only means every address of the machine: "PORT", or ":::PORT"
 * as in stunnel. Returns NULL for other texts. */
static const char *
lone_port(const char *text)
{
	const char *port = strncmp(text, ":::", 3) == 0 ? text + 3 : text;

	return is_port(port, 0) ? port : NULL;
}

int
address_parse_listen(
    const char *text, struct address addresses[ADDRESS_MAX], char *error)
{
	char *host, *port;

	if (strncmp(text, "unix:", 5) == 0)
		text += 5;
	if (text[0] == '/')
		return parse_unix(text, &addresses[0], error);
	const char *alone = lone_port(text);
	if (alone != NULL)
		return resolve_host("", alone, addresses, error);
	if (address_split(text, &host, &port) < 0) {
		snprintf(error, ADDRESS_TEXT_SIZE,
		    "is not HOST:PORT, [IPV6]:PORT, *:PORT, PORT or /PATH");
		return -1;
	}
	int count = resolve_host(host, port, addresses, error);
	free(host);
	free(port);
	return count;
}

/* True if a text, not a path, has the host and the port that connecting needs. */
static bool
names_one_place(const char *text)
{
	char *host, *port;

	if (address_split(text, &host, &port) < 0)
		return false;
	bool good = host[0] != '\0' && is_port(port, 1);
	free(host);
	free(port);
	return good;
}

/* True if `host` can be the name of a host (RFC 1123, 2.1) and cannot be meant as an IPv4
 * address. Underscores are allowed, because containers have them. */
static bool
is_host_name(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t length = strlen(host);

	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length > HOST_MAX_SIZE)
		return false;
	for (;;) {
		size_t size = strspn(host, letters);
		if (size == 0 || size > LABEL_MAX_SIZE ||
		    (host[size] != '.' && host[size] != '\0'))
			return false;
		if (host[size] == '\0' || host[size + 1] == '\0')
			return strspn(host, "0123456789") < size;
		host += size + 1;
	}
}

/* Parses "HOST:PORT" for which names_one_place() is true. */
static int
parse_place(const char *text, struct address addresses[ADDRESS_MAX], char *error)
{
	char *host, *port, reason[ADDRESS_TEXT_SIZE];

	if (address_split(text, &host, &port) < 0)
		return -1;
	int count = look_up(host, port, AI_NUMERICHOST, addresses, reason);
	if (count < 0 && text[0] != '[' && is_host_name(host))
		count = 0;
	if (count < 0)
		snprintf(error, ADDRESS_TEXT_SIZE,
		    "is not HOST:PORT: \"%.48s\" is neither an address nor a host name",
		    host);
	free(host);
	free(port);
	return count;
}

int
address_parse_connect(
    const char *text, struct address addresses[ADDRESS_MAX], char *error)
{
	bool is_path = text[0] == '/' || strncmp(text, "unix:", 5) == 0;

	if (is_port(text, 1))
		return 0;
	if (is_path)
		return address_parse_listen(text, addresses, error);
	if (names_one_place(text))
		return parse_place(text, addresses, error);
	snprintf(
	    error, ADDRESS_TEXT_SIZE, "is not HOST:PORT, [IPV6]:PORT, PORT or /PATH");
	return -1;
}

int
address_resolve(const char *text, struct address addresses[ADDRESS_MAX], char *error)
{
	const char *colon = strrchr(text, ':');
	char host[HOST_MAX_SIZE + sizeof "."] = "localhost";

	if (colon == NULL)
		return look_up(host, text, 0, addresses, error);
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	return look_up(host, colon + 1, 0, addresses, error);
}

/* A peer may bind(2) to a path with newlines, escape sequences and spaces. */
static void
escape_path(const struct address *address, char *out, size_t room)
{
	const char *path = address_path(address);

	text_escape_word(out, room, path, strlen(path));
}

char *
address_host(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
	const struct sockaddr_in *in = (const void *)&address->storage;
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;

	switch (address_family(address)) {
	case AF_INET:
		inet_ntop(AF_INET, &in->sin_addr, out, ADDRESS_TEXT_SIZE);
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &in6->sin6_addr, out, ADDRESS_TEXT_SIZE);
		break;
	default:
		escape_path(address, out, ADDRESS_TEXT_SIZE);
	}
	return out;
}

unsigned
address_port(const struct address *address)
{
	const struct sockaddr_in *in = (const void *)&address->storage;
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;

	switch (address_family(address)) {
	case AF_INET:
		return ntohs(in->sin_port);
	case AF_INET6:
		return ntohs(in6->sin6_port);
	default:
		return 0;
	}
}

char *
address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
	int family = address_family(address);

	if (family == AF_INET || family == AF_INET6) {
		char host[ADDRESS_TEXT_SIZE];
		snprintf(out, ADDRESS_TEXT_SIZE, "[%.*s]:%u", INET6_ADDRSTRLEN,
		    address_host(address, host), address_port(address));
		return out;
	}
	char path[ADDRESS_TEXT_SIZE - sizeof "unix:" + 1];
	escape_path(address, path, sizeof path);
	snprintf(out, ADDRESS_TEXT_SIZE, "unix:%s", path);
	return out;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->length == b->length &&
	       memcmp(&a->storage, &b->storage, a->length) == 0;
}

/* FNV-1a. It is not secret: a client that chooses its address may choose its backend. */
static uint32_t
hash_bytes(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * 16777619u;
	return hash ^ hash >> 16;
}

uint32_t
address_host_hash(const struct address *address)
{
	const struct sockaddr_in *in = (const void *)&address->storage;
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;

	switch (address_family(address)) {
	case AF_INET:
		return hash_bytes(&in->sin_addr, sizeof in->sin_addr);
	case AF_INET6:
		return hash_bytes(&in6->sin6_addr, sizeof in6->sin6_addr);
	default:
		return 0;
	}
}
