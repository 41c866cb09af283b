/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses: an address that has been read is written as one word, and reads back as the same. */
#include "base/net/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/network.h"
#include "base/text/text.h"
#include "fuzz.h"

/* Wraps getaddrinfo(3), by the linker, so that names are not looked up. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list);
int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list);

int
__wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	struct addrinfo numeric = *hints;

	numeric.ai_flags |= AI_NUMERICHOST;
	return __real_getaddrinfo(host, port, &numeric, list);
}

/* Clears the zone of an IPv6 address, because the address's text does not contain it. */
static void
forget_zone(struct address *address)
{
	if (address_family(address) == AF_INET6)
		((struct sockaddr_in6 *)&address->storage)->sin6_scope_id = 0;
}

/* True unless the address is a path with bytes that text_escape_word() escapes: its
 * text does not read back. */
static bool
is_written_as_it_is(const struct address *address)
{
	char word[ADDRESS_TEXT_SIZE];

	if (address_family(address) != AF_UNIX)
		return true;
	const char *path = address_path(address);
	return strcmp(text_escape_word(word, sizeof word, path, strlen(path)), path) ==
	       0;
}

static void
write_and_read(struct address *address)
{
	char text[ADDRESS_TEXT_SIZE], error[ADDRESS_TEXT_SIZE];
	unsigned char client[NETWORK_CLIENT_SIZE];
	struct address again[ADDRESS_MAX];

	forget_zone(address);
	address_format(address, text);
	network_client(address, client);
	for (const char *at = text; *at != '\0'; at++)
		FUZZ_EXPECT((unsigned char)*at > ' ' && *at != 0x7f);
	if (!is_written_as_it_is(address))
		return;
	FUZZ_EXPECT(address_parse_listen(text, again, error) == 1);
	FUZZ_EXPECT(address_equal(address, &again[0]));
	FUZZ_EXPECT(address_host_hash(address) == address_host_hash(&again[0]));
}

typedef int reader(
    const char *text, struct address addresses[ADDRESS_MAX], char *error);

/* Reads `text`; if it is valid, expects at least `least` addresses. */
static void
read_as(reader *read, int least, const char *text)
{
	struct address addresses[ADDRESS_MAX];
	char error[ADDRESS_TEXT_SIZE] = "";
	int count = read(text, addresses, error);

	FUZZ_EXPECT(count == -1 || (count >= least && count <= ADDRESS_MAX));
	FUZZ_EXPECT((count < 0) == (error[0] != '\0'));
	FUZZ_EXPECT(strnlen(error, sizeof error) < sizeof error);
	for (int i = 0; i < count; i++)
		write_and_read(&addresses[i]);
}

/* If `text` is a name, looks it up and expects failure. */
static void
resolve(const char *text)
{
	struct address addresses[ADDRESS_MAX];
	char error[ADDRESS_TEXT_SIZE] = "";

	if (address_parse_connect(text, addresses, error) == 0)
		FUZZ_EXPECT(
		    address_resolve(text, addresses, error) < 0 && error[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	read_as(address_parse_listen, 1, text);
	read_as(address_parse_connect, 0, text);
	resolve(text);
	free(text);
	return 0;
}
