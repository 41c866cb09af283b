/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the key shares of a ClientHello. */
#include "tls/clienthello.h"

#include <stdint.h>

#define EXTENSION_KEY_SHARE 51
#define GROUP_SECP256R1 0x0017
#define GROUP_X25519 0x001d

/* What is left to be read; `broken` once somebody asked for more than there was. */
struct cursor {
	const unsigned char *bytes;
	size_t left;
	bool broken;
};

static void
skip(struct cursor *cursor, size_t count)
{
	if (count > cursor->left) {
		cursor->broken = true;
		count = cursor->left;
	}
	cursor->bytes += count;
	cursor->left -= count;
}

/* A big-endian number of `count` bytes; 0 behind the end. */
static size_t
take_number(struct cursor *cursor, size_t count)
{
	const unsigned char *bytes = cursor->bytes;
	size_t number = 0;

	skip(cursor, count);
	if (cursor->broken)
		return 0;
	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* The part whose length stands before it in `count` bytes. */
static struct cursor
take_part(struct cursor *cursor, size_t count)
{
	size_t length = take_number(cursor, count);
	struct cursor part = { .bytes = cursor->bytes, .left = length };

	skip(cursor, length);
	part.broken = cursor->broken;
	return part;
}

static struct cursor
find_extensions(const unsigned char *bytes, size_t size)
{
	struct cursor hello = { .bytes = bytes, .left = size };

	skip(&hello, 5 + 4); /* headers of the record and of the message */
	skip(&hello, 2 + 32); /* legacy_version, random */
	take_part(&hello, 1); /* legacy_session_id */
	take_part(&hello, 2); /* cipher_suites */
	take_part(&hello, 1); /* legacy_compression_methods */
	return take_part(&hello, 2);
}

static bool
shares_only_p256(struct cursor extension)
{
	struct cursor shares = take_part(&extension, 2);
	bool p256 = false;

	while (shares.left > 0 && !shares.broken) {
		size_t group = take_number(&shares, 2);
		take_part(&shares, 2);
		if (group == GROUP_X25519)
			return false;
		p256 = p256 || group == GROUP_SECP256R1;
	}
	return p256 && !shares.broken;
}

bool
clienthello_wants_p256(const unsigned char *bytes, size_t size)
{
	struct cursor extensions = find_extensions(bytes, size);

	while (extensions.left > 0 && !extensions.broken) {
		size_t type = take_number(&extensions, 2);
		struct cursor extension = take_part(&extensions, 2);
		if (type == EXTENSION_KEY_SHARE && !extension.broken)
			return shares_only_p256(extension);
	}
	return false;
}
