/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks: an address that differs from the prefix in one bit is a member exactly if
 * that bit is not part of the prefix. */
#include "base/net/network.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/address.h"
#include "fuzz.h"

static struct address
address_of(int family, const unsigned char bytes[16])
{
	struct address address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address.storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address.storage;

	address.storage.ss_family = (sa_family_t)family;
	if (family == AF_INET)
		memcpy(&in->sin_addr, bytes, sizeof in->sin_addr);
	if (family == AF_INET6)
		memcpy(&in6->sin6_addr, bytes, sizeof in6->sin6_addr);
	return address;
}

static void
flip(unsigned char bytes[16], unsigned bit)
{
	bytes[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
}

static void
try_members(const struct network *network)
{
	unsigned whole = network->family == AF_INET ? 32 : 128;
	unsigned char bytes[16];

	memcpy(bytes, network->prefix, sizeof bytes);
	struct address address = address_of(network->family, bytes);
	FUZZ_EXPECT(network_has(network, &address));
	if (network->family == AF_UNIX)
		return;
	FUZZ_EXPECT(network->bits <= whole);
	for (unsigned bit = 0; bit < whole; bit++) {
		flip(bytes, bit);
		address = address_of(network->family, bytes);
		FUZZ_EXPECT(network_has(network, &address) == (bit >= network->bits));
		flip(bytes, bit);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct network network;

	if (network_parse(text, &network) == NULL)
		try_members(&network);
	free(text);
	return 0;
}
