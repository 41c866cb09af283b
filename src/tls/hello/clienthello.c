/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a ClientHello. */
#include "tls/hello/clienthello.h"

#include <string.h>

#include "tls/x509/servername.h"

#define EXTENSION_SERVER_NAME 0
#define EXTENSION_MAX_FRAGMENT_LENGTH 1
#define EXTENSION_SUPPORTED_GROUPS 10
#define EXTENSION_ALPN 16
#define EXTENSION_RECORD_SIZE_LIMIT 28
#define EXTENSION_PRE_SHARED_KEY 41
#define EXTENSION_SUPPORTED_VERSIONS 43
#define EXTENSION_PSK_MODES 45
#define EXTENSION_KEY_SHARE 51
#define NAME_HOST 0
#define GROUP_SECP256R1 0x0017
#define GROUP_X25519 0x001d
#define VERSION_OLDEST 0x0300
#define VERSION_TLS13 0x0304
#define RECORD_SIZE_MAX 16384 /* RFC 8446, 5.1 */
#define RECORD_SIZE_LIMIT_MIN 64 /* RFC 8449, 4 */

/* The unread part; `broken` once more was requested than there was. */
struct cursor {
	const unsigned char *bytes;
	size_t left;
	bool broken;
};

static void
skip_bytes(struct cursor *cursor, size_t count)
{
	if (count > cursor->left) {
		cursor->broken = true;
		count = cursor->left;
	}
	cursor->bytes += count;
	cursor->left -= count;
}

/* Reads a big-endian number of `count` bytes. Returns 0 past the end. */
static size_t
take_number(struct cursor *cursor, size_t count)
{
	const unsigned char *bytes = cursor->bytes;
	size_t number = 0;

	skip_bytes(cursor, count);
	if (cursor->broken)
		return 0;
	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Reads a part that follows its own length of `count` bytes. */
static struct cursor
take_part(struct cursor *cursor, size_t count)
{
	size_t length = take_number(cursor, count);
	struct cursor part = { .bytes = cursor->bytes, .left = length };

	skip_bytes(cursor, length);
	part.broken = cursor->broken;
	return part;
}

/* True if it was read exactly to its end. */
static bool
is_read_whole(const struct cursor *cursor)
{
	return cursor->left == 0 && !cursor->broken;
}

/* RFC 6066, 3: it is unknown where a name of another type ends, and OpenSSL refuses it too. The
 * library would skip it and take a host that follows. */
static bool
read_name(struct cursor extension, struct clienthello *hello)
{
	struct cursor list = take_part(&extension, 2);
	size_t type = take_number(&list, 1);

	struct cursor name = take_part(&list, 2);

	if (!is_read_whole(&extension) || !is_read_whole(&list) || type != NAME_HOST ||
	    name.left == 0 || memchr(name.bytes, '\0', name.left) != NULL ||
	    hello->said != NULL)
		return false;
	hello->said = (const char *)name.bytes;
	hello->said_size = name.left;
	hello->name_size = servername_host_size(hello->said, hello->said_size);
	hello->name = hello->name_size > 0 ? hello->said : NULL;
	return true;
}

static bool
read_protocols(struct cursor extension, struct clienthello *hello)
{
	struct cursor list = take_part(&extension, 2);
	struct cursor rest = list;

	if (!is_read_whole(&extension) || list.left == 0 || hello->protocols != NULL)
		return false;
	hello->protocols = list.bytes;
	hello->protocols_size = list.left;
	while (rest.left > 0 && !rest.broken)
		if (take_part(&rest, 1).left == 0)
			return false;
	return !rest.broken;
}

static bool
read_groups(struct cursor extension, struct clienthello *hello)
{
	struct cursor list = take_part(&extension, 2);

	if (!is_read_whole(&extension) || list.left == 0 || list.left % 2 != 0 ||
	    hello->groups != NULL)
		return false;
	hello->groups = list.bytes;
	hello->groups_size = list.left;
	return true;
}

static bool
read_shares(struct cursor extension, struct clienthello *hello)
{
	struct cursor list = take_part(&extension, 2);
	struct cursor rest = list;

	if (!is_read_whole(&extension) || hello->shares != NULL)
		return false;
	hello->shares = list.bytes;
	hello->shares_size = list.left;
	while (rest.left > 0 && !rest.broken) {
		skip_bytes(&rest, 2);
		take_part(&rest, 2);
	}
	hello->wants_p256 = clienthello_shares(hello, GROUP_SECP256R1) &&
	                    !clienthello_shares(hello, GROUP_X25519);
	return !rest.broken;
}

/* The library skips this extension if TLS 1.3 is not enabled. */
static bool
read_versions(struct cursor extension, struct clienthello *hello)
{
	struct cursor versions = take_part(&extension, 1);

	if (!is_read_whole(&extension) || versions.left == 0 || hello->lists_versions)
		return false;
	hello->lists_versions = true;
	while (versions.left > 0 && !versions.broken) {
		size_t version = take_number(&versions, 2);
		if (version >= VERSION_OLDEST && version <= VERSION_TLS13)
			hello->versions |= 1U << (version - VERSION_OLDEST);
	}
	return !versions.broken;
}

static bool
read_psk_modes(struct cursor extension, struct clienthello *hello)
{
	struct cursor modes = take_part(&extension, 1);

	if (!is_read_whole(&extension) || modes.left == 0 || hello->psk_modes != NULL)
		return false;
	hello->psk_modes = modes.bytes;
	hello->psk_modes_size = modes.left;
	return true;
}

static void
bound_record(struct clienthello *hello, size_t size)
{
	if (size < hello->record_size)
		hello->record_size = size;
}

/* RFC 8449, 4: in TLS 1.3, one byte of it is for the content type. The library refuses values
 * that are too small. */
static bool
read_record_size_limit(struct cursor extension, struct clienthello *hello)
{
	size_t limit = take_number(&extension, 2);

	if (limit >= RECORD_SIZE_LIMIT_MIN)
		bound_record(hello, limit - 1);
	return is_read_whole(&extension);
}

/* RFC 6066, 4: from 1 for 512 bytes to 4 for 4096; the library refuses others. */
static bool
read_max_fragment_length(struct cursor extension, struct clienthello *hello)
{
	size_t code = take_number(&extension, 1);

	if (code >= 1 && code <= 4)
		bound_record(hello, (size_t)256 << code);
	return is_read_whole(&extension);
}

static bool
read_extension(struct cursor *extensions, struct clienthello *hello)
{
	size_t type = take_number(extensions, 2);
	struct cursor extension = take_part(extensions, 2);

	if (extension.broken)
		return false;
	switch (type) {
	case EXTENSION_SERVER_NAME:
		return read_name(extension, hello);
	case EXTENSION_MAX_FRAGMENT_LENGTH:
		return read_max_fragment_length(extension, hello);
	case EXTENSION_SUPPORTED_GROUPS:
		return read_groups(extension, hello);
	case EXTENSION_ALPN:
		return read_protocols(extension, hello);
	case EXTENSION_RECORD_SIZE_LIMIT:
		return read_record_size_limit(extension, hello);
	case EXTENSION_SUPPORTED_VERSIONS:
		return read_versions(extension, hello);
	case EXTENSION_KEY_SHARE:
		return read_shares(extension, hello);
	case EXTENSION_PSK_MODES:
		return read_psk_modes(extension, hello);
	case EXTENSION_PRE_SHARED_KEY:
		hello->has_psk = true;
		/* The library would take an empty one for an error of its own. */
		return extension.left > 0;
	default:
		return true;
	}
}

int
clienthello_read_body(
    const unsigned char *bytes, size_t size, struct clienthello *hello)
{
	struct cursor body = { .bytes = bytes, .left = size };

	*hello = (struct clienthello){ .record_size = RECORD_SIZE_MAX };
	skip_bytes(&body, 2 + 32); /* legacy_version, random */
	take_part(&body, 1); /* legacy_session_id */
	struct cursor suites = take_part(&body, 2);
	take_part(&body, 1); /* legacy_compression_methods */
	if (body.broken)
		return -1;
	hello->suites = suites.bytes;
	hello->suites_size = suites.left;
	if (body.left == 0) /* before TLS 1.3 a hello may end here */
		return 0;
	struct cursor extensions = take_part(&body, 2);
	if (!is_read_whole(&body))
		return -1;
	while (extensions.left > 0)
		if (!read_extension(&extensions, hello))
			return -1;
	return 0;
}

int
clienthello_read(const unsigned char *message, size_t size, struct clienthello *hello)
{
	struct cursor cursor = { .bytes = message, .left = size };

	skip_bytes(&cursor, 1); /* the type */
	struct cursor body = take_part(&cursor, 3);
	if (!is_read_whole(&cursor))
		return -1;
	return clienthello_read_body(body.bytes, body.left, hello);
}

bool
clienthello_offers(const struct clienthello *hello, const char *name)
{
	struct cursor list = { .bytes = hello->protocols,
		.left = hello->protocols_size };
	size_t size = strlen(name);

	while (list.left > 0) {
		struct cursor one = take_part(&list, 1);
		if (one.left == size && memcmp(one.bytes, name, size) == 0)
			return true;
	}
	return false;
}

bool
clienthello_offers_only(const struct clienthello *hello, const char *name)
{
	/* A list of one has the length of its item, and the item (RFC 7301, 3.1). */
	return hello->protocols_size == 1 + strlen(name) &&
	       clienthello_offers(hello, name);
}

bool
clienthello_supports(const struct clienthello *hello, unsigned group)
{
	struct cursor list = { .bytes = hello->groups, .left = hello->groups_size };

	while (list.left > 0)
		if (take_number(&list, 2) == group)
			return true;
	return false;
}

bool
clienthello_shares(const struct clienthello *hello, unsigned group)
{
	struct cursor list = { .bytes = hello->shares, .left = hello->shares_size };

	while (list.left > 0) {
		size_t code = take_number(&list, 2);
		take_part(&list, 2);
		if (code == group)
			return true;
	}
	return false;
}

bool
clienthello_offers_tls13(const struct clienthello *hello)
{
	return (hello->versions >> (VERSION_TLS13 - VERSION_OLDEST) & 1) != 0;
}
