/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks, and the part of an address that identifies a client. */
#include "base/net/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/address.h"
#include "base/memory/memory.h"
#include "base/text/text.h"

/* Returns the number of bits of an IP address, and its bytes; 0 for a Unix-domain address. */
static unsigned
ip_bytes(const struct address *address, const unsigned char **bytes)
{
	const struct sockaddr_in *in = (const void *)&address->storage;
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;

	switch (address_family(address)) {
	case AF_INET:
		*bytes = (const unsigned char *)&in->sin_addr;
		return 32;
	case AF_INET6:
		*bytes = (const unsigned char *)&in6->sin6_addr;
		return 128;
	default:
		*bytes = NULL;
		return 0;
	}
}

/* Copies the first `bits` bits of `from`; the rest is zero. */
static void
copy_prefix(unsigned char to[16], const unsigned char *from, unsigned bits)
{
	memset(to, 0, 16);
	if (bits == 0)
		return;
	memcpy(to, from, (bits + 7) / 8);
	if (bits % 8 != 0)
		to[bits / 8] &= (unsigned char)(0xff << (8 - bits % 8));
}

static const char *
parse_ip(const char *ip, const char *bits, struct network *network)
{
	unsigned char bytes[16];
	int64_t number;

	network->family = strchr(ip, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned whole = network->family == AF_INET6 ? 128 : 32;
	if (inet_pton(network->family, ip, bytes) != 1)
		return "is not an IP address";
	if (bits == NULL)
		number = whole;
	else if (text_parse_number(bits, 0, whole, &number) < 0)
		return whole == 32 ? "has a prefix that is not in 0-32"
		                   : "has a prefix that is not in 0-128";
	network->bits = (unsigned)number;
	copy_prefix(network->prefix, bytes, network->bits);
	if (memcmp(network->prefix, bytes, whole / 8) != 0)
		return "has bits set after its prefix, so it is not the address of a "
		       "network";
	return NULL;
}

const char *
network_parse(const char *text, struct network *network)
{
	*network = (struct network){ .family = AF_UNIX };
	if (strcmp(text, "unix") == 0)
		return NULL;
	char *ip = memory_copy(text);
	char *slash = strchr(ip, '/');
	if (slash != NULL)
		*slash++ = '\0';
	const char *wrong = parse_ip(ip, slash, network);
	free(ip);
	return wrong;
}

bool
network_has(const struct network *network, const struct address *address)
{
	unsigned char prefix[16];
	const unsigned char *bytes;

	if (address_family(address) != network->family)
		return false;
	if (ip_bytes(address, &bytes) == 0)
		return true;
	copy_prefix(prefix, bytes, network->bits);
	return memcmp(prefix, network->prefix, sizeof prefix) == 0;
}

void
network_client(const struct address *address, unsigned char client[NETWORK_CLIENT_SIZE])
{
	const unsigned char *bytes;
	unsigned bits = ip_bytes(address, &bytes);

	memset(client, 0, NETWORK_CLIENT_SIZE);
	client[0] = (unsigned char)address_family(address);
	if (bits > 0)
		memcpy(client + 1, bytes, bits == 32 ? 4 : 8);
}
