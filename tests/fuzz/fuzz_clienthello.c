/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads an unchecked ClientHello, gathered from its records. */
#include "tls/hello/clienthello.h"
#include "tls/hello/pskoffer.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "server/accept/hello.h"

/* Expects a member to point into the message. */
static void
check_part(
    const unsigned char *message, size_t size, const void *part, size_t part_size)
{
	const unsigned char *start = part;

	FUZZ_EXPECT(part == NULL || (start > message && part_size > 0 &&
					start + part_size <= message + size));
}

static void
read_message(const unsigned char *message, size_t size)
{
	struct clienthello hello;

	if (clienthello_read(message, size, &hello) < 0)
		return;
	check_part(message, size, hello.name, hello.name_size);
	check_part(message, size, hello.said, hello.said_size);
	check_part(message, size, hello.protocols, hello.protocols_size);
	check_part(message, size, hello.groups, hello.groups_size);
	check_part(message, size, hello.psk_modes, hello.psk_modes_size);
	if (hello.shares_size > 0)
		check_part(message, size, hello.shares, hello.shares_size);
	clienthello_offers(&hello, "http/1.1");
	clienthello_supports(&hello, 0x11ec);
	clienthello_shares(&hello, 0x11ec);
	pskoffer_read(&hello);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *copy = malloc(size + 1);
	size_t needed;

	FUZZ_EXPECT(copy != NULL);
	memcpy(copy, data, size);
	read_message(data, size);
	if (hello_judge(copy, size, &needed) == HELLO_WHOLE) {
		size_t message = hello_gather(copy);
		FUZZ_EXPECT(message <= size - HELLO_RECORD_HEADER);
		read_message(copy + HELLO_RECORD_HEADER, message);
	}
	free(copy);
	return 0;
}
