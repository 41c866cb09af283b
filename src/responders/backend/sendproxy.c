/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing PROXY protocol headers. */
#include "responders/backend/sendproxy.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/net/address.h"

#define TEXT_MAX 255
#define PATH_SIZE 108 /* of an address in the header; the size is that of Linux */

/* proxy-protocol.txt, 2.2: version 2, command PROXY; families with SOCK_STREAM. */
enum { COMMAND_PROXY = 0x21, OVER_TCP4 = 0x11, OVER_TCP6 = 0x21, OVER_UNIX = 0x31 };

/* 2.2.1 and following: the types of the fields after the addresses. */
enum {
	TYPE_ALPN = 0x01,
	TYPE_AUTHORITY = 0x02,
	TYPE_SSL = 0x20,
	SUBTYPE_VERSION = 0x21,
	SUBTYPE_CN = 0x22,
	SUBTYPE_CIPHER = 0x23,
	TYPE_PSK_IDENTITY = 0xe0, /* the first of those for own use: 2.2.8 */
};

enum { CLIENT_SSL = 0x01, CLIENT_CERT_CONN = 0x02, CLIENT_CERT_SESS = 0x04 };

static const char *const names[] = { "no", "v1", "v2", "v2-tls" };

const char *
sendproxy_name(int index)
{
	return index < (int)(sizeof names / sizeof names[0]) ? names[index] : NULL;
}

/* A header that is being written. */
struct header {
	unsigned char *bytes;
	size_t size;
};

static void
put_bytes(struct header *header, const void *bytes, size_t size)
{
	memcpy(header->bytes + header->size, bytes, size);
	header->size += size;
}

static void
put_byte(struct header *header, unsigned value)
{
	header->bytes[header->size++] = (unsigned char)value;
}

/* Leaves room for a length that is known once its contents are written. */
static size_t
begin_length(struct header *header)
{
	size_t at = header->size;

	header->size += 2;
	return at;
}

static void
end_length(struct header *header, size_t at)
{
	size_t length = header->size - at - 2;

	header->bytes[at] = (unsigned char)(length >> 8);
	header->bytes[at + 1] = (unsigned char)length;
}

static void
put_text(struct header *header, unsigned type, const char *text)
{
	if (text == NULL)
		return;
	put_byte(header, type);
	size_t length = begin_length(header);
	put_bytes(header, text, strnlen(text, TEXT_MAX));
	end_length(header, length);
}

static void
put_port(struct header *header, const struct address *address)
{
	put_byte(header, address_port(address) >> 8);
	put_byte(header, address_port(address));
}

static void
put_path(struct header *header, const struct address *address)
{
	char path[PATH_SIZE] = "";

	memcpy(path, address_path(address), strnlen(address_path(address), PATH_SIZE));
	put_bytes(header, path, sizeof path);
}

/* Writes family, length and addresses. Returns the offset of the length. */
static size_t
put_addresses(
    struct header *header, const struct address *peer, const struct address *local)
{
	const struct sockaddr_in *from = (const void *)&peer->storage;
	const struct sockaddr_in *to = (const void *)&local->storage;
	const struct sockaddr_in6 *from6 = (const void *)&peer->storage;
	const struct sockaddr_in6 *to6 = (const void *)&local->storage;
	int family = address_family(peer);

	put_byte(header, family == AF_INET    ? OVER_TCP4
			 : family == AF_INET6 ? OVER_TCP6
					      : OVER_UNIX);
	size_t length = begin_length(header);
	if (family == AF_INET) {
		put_bytes(header, &from->sin_addr, sizeof from->sin_addr);
		put_bytes(header, &to->sin_addr, sizeof to->sin_addr);
	} else if (family == AF_INET6) {
		put_bytes(header, &from6->sin6_addr, sizeof from6->sin6_addr);
		put_bytes(header, &to6->sin6_addr, sizeof to6->sin6_addr);
	} else {
		put_path(header, peer);
		put_path(header, local);
		return length;
	}
	put_port(header, peer);
	put_port(header, local);
	return length;
}

static void
put_tls(struct header *header, const struct sendproxy_tls *tls)
{
	const bool proved = tls->client != NULL && tls->verified;
	const uint32_t wrong = proved ? 0 : htonl(1);

	put_text(header, TYPE_ALPN, tls->alpn);
	put_text(header, TYPE_AUTHORITY, tls->sni);
	put_text(header, TYPE_PSK_IDENTITY, tls->psk);
	put_byte(header, TYPE_SSL);
	size_t length = begin_length(header);
	put_byte(header,
	    CLIENT_SSL |
		(tls->client != NULL ? CLIENT_CERT_CONN | CLIENT_CERT_SESS : 0));
	put_bytes(header, &wrong, sizeof wrong);
	put_text(header, SUBTYPE_VERSION, tls->version);
	put_text(header, SUBTYPE_CN, tls->client);
	put_text(header, SUBTYPE_CIPHER, tls->suite);
	end_length(header, length);
}

static size_t
write_v2(const struct address *peer, const struct address *local,
    const struct sendproxy_tls *tls, unsigned char out[SENDPROXY_SIZE])
{
	struct header header = { .bytes = out };

	put_bytes(&header, "\r\n\r\n\0\r\nQUIT\n", 12);
	put_byte(&header, COMMAND_PROXY);
	size_t length = put_addresses(&header, peer, local);
	if (tls != NULL)
		put_tls(&header, tls);
	end_length(&header, length);
	return header.size;
}

static size_t
write_v1(const struct address *peer, const struct address *local, char *out)
{
	char from[ADDRESS_TEXT_SIZE], to[ADDRESS_TEXT_SIZE];
	int family = address_family(peer);

	if (family != AF_INET && family != AF_INET6)
		return (size_t)sprintf(out, "PROXY UNKNOWN\r\n");
	return (size_t)snprintf(out, SENDPROXY_SIZE, "PROXY %s %s %s %u %u\r\n",
	    family == AF_INET ? "TCP4" : "TCP6", address_host(peer, from),
	    address_host(local, to), address_port(peer), address_port(local));
}

/* Writes an IPv4 address as an IPv6 one (RFC 4291, 2.5.5.2), as haproxy does. */
static void
map_to_ipv6(struct address *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (address_family(address) != AF_INET)
		return;
	memcpy(&in, &address->storage, sizeof in);
	in6.sin6_port = in.sin_port;
	memset(&in6.sin6_addr.s6_addr[10], 0xff, 2);
	memcpy(&in6.sin6_addr.s6_addr[12], &in.sin_addr, sizeof in.sin_addr);
	memcpy(&address->storage, &in6, sizeof in6);
	address->length = sizeof in6;
}

size_t
sendproxy_write(enum sendproxy kind, const struct address *peer,
    const struct address *local, const struct sendproxy_tls *tls,
    unsigned char out[SENDPROXY_SIZE])
{
	struct address from = *peer, to = *local;

	/* Both addresses must have one family. */
	if (address_family(&from) != address_family(&to)) {
		map_to_ipv6(&from);
		map_to_ipv6(&to);
	}
	switch (kind) {
	case SENDPROXY_V1:
		return write_v1(&from, &to, (char *)out);
	case SENDPROXY_V2:
		return write_v2(&from, &to, NULL, out);
	case SENDPROXY_V2_TLS:
		return write_v2(&from, &to, tls, out);
	default:
		return 0;
	}
}
