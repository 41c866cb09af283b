/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads PROXY protocol headers. */
#include "server/accept/proxyheader.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

#include "base/text/text.h"

/* proxy-protocol.txt, 2.1: including the end of the line. */
#define LINE_MAX_SIZE 107
#define LINE_START "PROXY "

/* 2.2: the part before the addresses. */
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define SIGNATURE_SIZE 12
#define FIXED_SIZE 16

enum { COMMAND_LOCAL = 0x20, COMMAND_PROXY = 0x21 };
enum { UNSPECIFIED = 0x00, OVER_TCP4 = 0x11, OVER_TCP6 = 0x21, OVER_UNIX = 0x31 };

#define PATH_SIZE 108
#define TYPE_CRC32C 0x03
#define CRC_SIZE 4

static enum proxyheader_state
set_broken(struct proxyheader *header, const char *wrong)
{
	header->wrong = wrong;
	return PROXYHEADER_BROKEN;
}

static enum proxyheader_state
set_partial(struct proxyheader *header, size_t needed)
{
	header->needed = needed;
	return PROXYHEADER_PARTIAL;
}

static void
set_ipv4(struct address *address, const void *ip, in_port_t port)
{
	struct sockaddr_in *in = (void *)&address->storage;

	memset(address, 0, sizeof *address);
	in->sin_family = AF_INET;
	in->sin_port = port;
	memcpy(&in->sin_addr, ip, sizeof in->sin_addr);
	address->length = sizeof *in;
}

static void
set_ipv6(struct address *address, const void *ip, in_port_t port)
{
	struct sockaddr_in6 *in6 = (void *)&address->storage;

	memset(address, 0, sizeof *address);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	memcpy(&in6->sin6_addr, ip, sizeof in6->sin6_addr);
	address->length = sizeof *in6;
}

static void
set_unix(struct address *address)
{
	memset(address, 0, sizeof *address);
	address->storage.ss_family = AF_UNIX;
	address->length = offsetof(struct sockaddr_un, sun_path);
}

static bool
is_mapped(const struct address *address)
{
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;

	return address_family(address) == AF_INET6 &&
	       IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
}

static void
unmap_address(struct address *address)
{
	struct sockaddr_in6 in6;

	if (!is_mapped(address))
		return;
	memcpy(&in6, &address->storage, sizeof in6);
	set_ipv4(address, &in6.sin6_addr.s6_addr[12], in6.sin6_port);
}

/*
 * Ends a header with addresses. A client must not evade a limit on its IPv4 address by its IPv6
 * form (RFC 4291, 2.5.5.2). Proxies that set one of the two addresses, as haproxy does with
 * set-src, map an IPv4 address if the other is an IPv6 one.
 */
static enum proxyheader_state
finish_addresses(struct proxyheader *header)
{
	header->has_addresses = true;
	unmap_address(&header->peer);
	unmap_address(&header->local);
	return PROXYHEADER_WHOLE;
}

/* Parses an address and a port of version 1, without signs and leading zeros. */
static bool
parse_place(int family, const char *host, const char *port, struct address *address)
{
	unsigned char ip[16];
	int64_t number;

	if (host == NULL || port == NULL || inet_pton(family, host, ip) != 1 ||
	    (port[0] == '0' && port[1] != '\0') || strspn(port, "0123456789") > 5 ||
	    text_parse_number(port, 0, 65535, &number) < 0)
		return false;
	if (family == AF_INET)
		set_ipv4(address, ip, htons((uint16_t)number));
	else
		set_ipv6(address, ip, htons((uint16_t)number));
	return true;
}

/* Reads the words after "PROXY ", without the end of the line. */
static enum proxyheader_state
read_words(struct proxyheader *header, char *words)
{
	const char *protocol = strsep(&words, " ");
	const char *from = strsep(&words, " "), *to = strsep(&words, " ");
	const char *from_port = strsep(&words, " "), *to_port = strsep(&words, " ");
	int family = strcmp(protocol, "TCP4") == 0   ? AF_INET
	             : strcmp(protocol, "TCP6") == 0 ? AF_INET6
	                                             : AF_UNSPEC;

	/* 2.1: the rest of that line must be ignored. */
	if (strcmp(protocol, "UNKNOWN") == 0)
		return PROXYHEADER_WHOLE;
	if (family == AF_UNSPEC)
		return set_broken(header, "a PROXY line with an unknown protocol");
	if (words != NULL || !parse_place(family, from, from_port, &header->peer) ||
	    !parse_place(family, to, to_port, &header->local))
		return set_broken(
		    header, "a PROXY line without two addresses and two ports");
	return finish_addresses(header);
}

static enum proxyheader_state
read_line(struct proxyheader *header, const unsigned char *bytes, size_t size)
{
	size_t room = size < LINE_MAX_SIZE ? size : LINE_MAX_SIZE;
	const unsigned char *newline = memchr(bytes, '\n', room);
	char line[LINE_MAX_SIZE + 1];

	if (newline == NULL && room < LINE_MAX_SIZE)
		return set_partial(header, size + 1);
	if (newline == NULL)
		return set_broken(header, "a PROXY line that is too long");
	header->size = (size_t)(newline - bytes) + 1;
	size_t length = header->size - 2;
	memcpy(line, bytes, length);
	line[length] = '\0';
	if (newline[-1] != '\r' || strlen(line) != length)
		return set_broken(header, "a PROXY line that is not text");
	return read_words(header, line + strlen(LINE_START));
}

/* Returns the CRC-32C (RFC 3720, 12.1) of bytes among which the four at `hole` count as 0. */
static uint32_t
compute_crc(const unsigned char *bytes, size_t size, const unsigned char *hole)
{
	uint32_t crc = UINT32_MAX;

	for (const unsigned char *at = bytes; at < bytes + size; at++) {
		crc ^= at >= hole && at < hole + CRC_SIZE ? 0 : *at;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

static size_t
get_16(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* True if the checksum is right (2.2.4). */
static bool
has_right_checksum(
    const unsigned char *bytes, size_t size, const unsigned char *value, size_t length)
{
	uint32_t crc;

	if (length != CRC_SIZE)
		return false;
	memcpy(&crc, value, sizeof crc);
	return ntohl(crc) == compute_crc(bytes, size, value);
}

/* Checks the type-length-value fields, which fill the rest from `at` on (2.2). */
static enum proxyheader_state
check_types(struct proxyheader *header, const unsigned char *bytes, size_t at)
{
	while (at < header->size) {
		size_t room = header->size - at;
		if (room < 3 || get_16(bytes + at + 1) > room - 3)
			return set_broken(header, "a PROXY header with a wrong length");
		size_t length = get_16(bytes + at + 1);
		if (bytes[at] == TYPE_CRC32C &&
		    !has_right_checksum(bytes, header->size, bytes + at + 3, length))
			return set_broken(
			    header, "a PROXY header with a wrong checksum");
		at += 3 + length;
	}
	return finish_addresses(header);
}

/* Returns the size of a family's addresses in bytes, or -1 for an unknown family. */
static int
size_of_family(unsigned family)
{
	switch (family) {
	case UNSPECIFIED:
		return 0;
	case OVER_TCP4:
		return 12;
	case OVER_TCP6:
		return 36;
	case OVER_UNIX:
		return 2 * PATH_SIZE;
	default:
		return -1;
	}
}

static void
take_addresses(struct proxyheader *header, unsigned family, const unsigned char *at)
{
	in_port_t ports[2];

	if (family == OVER_UNIX) {
		set_unix(&header->peer);
		set_unix(&header->local);
		return;
	}
	memcpy(ports, at + size_of_family(family) - sizeof ports, sizeof ports);
	if (family == OVER_TCP4) {
		set_ipv4(&header->peer, at, ports[0]);
		set_ipv4(&header->local, at + 4, ports[1]);
	} else {
		set_ipv6(&header->peer, at, ports[0]);
		set_ipv6(&header->local, at + 16, ports[1]);
	}
}

/* Reads a header that is complete, and whose fixed part is valid. */
static enum proxyheader_state
read_body(struct proxyheader *header, const unsigned char *bytes)
{
	unsigned family = bytes[13];

	if (bytes[12] == COMMAND_LOCAL || family == UNSPECIFIED)
		return PROXYHEADER_WHOLE;
	take_addresses(header, family, bytes + FIXED_SIZE);
	return check_types(header, bytes, FIXED_SIZE + (size_t)size_of_family(family));
}

static enum proxyheader_state
read_binary(struct proxyheader *header, const unsigned char *bytes, size_t size)
{
	if (size < FIXED_SIZE)
		return set_partial(header, FIXED_SIZE);
	size_t length = get_16(bytes + 14);
	int least = bytes[12] == COMMAND_LOCAL ? 0 : size_of_family(bytes[13]);
	if (bytes[12] != COMMAND_LOCAL && bytes[12] != COMMAND_PROXY)
		return set_broken(
		    header, "a PROXY header of an unknown version or command");
	if (least < 0)
		return set_broken(
		    header, "a PROXY header of an unknown family or protocol");
	if (length < (size_t)least)
		return set_broken(
		    header, "a PROXY header without room for its addresses");
	if (length > PROXYHEADER_SIZE_MAX - FIXED_SIZE)
		return set_broken(header, "a PROXY header that is too long");
	header->size = FIXED_SIZE + length;
	if (size < header->size)
		return set_partial(header, header->size);
	return read_body(header, bytes);
}

static bool
begins_with(const unsigned char *bytes, size_t size, const char *with, size_t length)
{
	return memcmp(bytes, with, size < length ? size : length) == 0;
}

enum proxyheader_state
proxyheader_read(const unsigned char *bytes, size_t size, struct proxyheader *header)
{
	*header = (struct proxyheader){ 0 };
	if (size == 0)
		return set_partial(header, 1);
	if (begins_with(bytes, size, SIGNATURE, SIGNATURE_SIZE))
		return read_binary(header, bytes, size);
	if (!begins_with(bytes, size, LINE_START, strlen(LINE_START)))
		return set_broken(header, "no PROXY header");
	return read_line(header, bytes, size);
}
