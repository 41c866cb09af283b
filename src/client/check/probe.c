/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a given ClientHello, and reading the first message of the answer. */
#include "client/check/probe.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { TYPE_ALERT = 21, TYPE_HANDSHAKE = 22 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

/* Extensions (the IANA registry of TLS ExtensionType values). */
enum {
	EXTENSION_NAME = 0,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINT_FORMATS = 11,
	EXTENSION_SIGNATURES = 13,
	EXTENSION_ALPN = 16,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
	EXTENSION_RENEGOTIATION = 0xff01
};

/* Signature algorithms of all ages, the best first. */
static const uint16_t signatures[] = { 0x0807, 0x0808, 0x0403, 0x0503, 0x0603, 0x0804,
	0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0301, 0x0303,
	0x0203, 0x0201, 0x0202 };

/* Public keys that are well known: the base points of the two curves. */
static const unsigned char p256_point[65] = { 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c,
	0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d,
	0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c,
	0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6,
	0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5 };
static const unsigned char x25519_point[32] = { 9 };

/* RFC 8446, 4.1.3: the "random" of a HelloRetryRequest. */
static const unsigned char retry_random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
	0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
	0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

void
probe_list_add(struct probe_list *list, uint16_t item)
{
	assert(list->count < PROBE_LIST_MAX);
	list->items[list->count++] = item;
}

void
probe_list_remove(struct probe_list *list, uint16_t item)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i] != item)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

/* A message that is being written. */
struct pen {
	unsigned char *bytes;
	size_t size;
};

static void
put_bytes(struct pen *pen, const void *bytes, size_t size)
{
	assert(pen->size + size <= PROBE_SIZE);
	memcpy(pen->bytes + pen->size, bytes, size);
	pen->size += size;
}

static void
put8(struct pen *pen, unsigned value)
{
	unsigned char byte = (unsigned char)value;

	put_bytes(pen, &byte, 1);
}

static void
put16(struct pen *pen, unsigned value)
{
	put8(pen, value >> 8);
	put8(pen, value & 0xff);
}

/* Leaves room for a length of two bytes. Returns its position for close_length(). */
static size_t
open_length(struct pen *pen)
{
	put16(pen, 0);
	return pen->size;
}

static void
close_length(struct pen *pen, size_t start)
{
	size_t length = pen->size - start;

	pen->bytes[start - 2] = (unsigned char)(length >> 8);
	pen->bytes[start - 1] = (unsigned char)length;
}

static void
put_list(struct pen *pen, const uint16_t *items, size_t count)
{
	size_t start = open_length(pen);

	for (size_t i = 0; i < count; i++)
		put16(pen, items[i]);
	close_length(pen, start);
}

static void
put_list_extension(struct pen *pen, unsigned type, const uint16_t *items, size_t count)
{
	put16(pen, type);
	size_t start = open_length(pen);
	put_list(pen, items, count);
	close_length(pen, start);
}

static void
put_name(struct pen *pen, const char *name)
{
	put16(pen, EXTENSION_NAME);
	size_t extension = open_length(pen);
	size_t list = open_length(pen);
	put8(pen, 0); /* type: host name */
	size_t start = open_length(pen);
	put_bytes(pen, name, strlen(name));
	close_length(pen, start);
	close_length(pen, list);
	close_length(pen, extension);
}

static void
put_alpn(struct pen *pen, const char *protocol)
{
	put16(pen, EXTENSION_ALPN);
	size_t extension = open_length(pen);
	size_t list = open_length(pen);
	put8(pen, (unsigned)strlen(protocol));
	put_bytes(pen, protocol, strlen(protocol));
	close_length(pen, list);
	close_length(pen, extension);
}

static void
put_share(struct pen *pen, uint16_t group)
{
	put16(pen, EXTENSION_KEY_SHARE);
	size_t extension = open_length(pen);
	size_t list = open_length(pen);
	if (group != 0) {
		put16(pen, group);
		size_t start = open_length(pen);
		if (group == PROBE_P256)
			put_bytes(pen, p256_point, sizeof p256_point);
		else
			put_bytes(pen, x25519_point, sizeof x25519_point);
		close_length(pen, start);
	}
	close_length(pen, list);
	close_length(pen, extension);
}

static void
put_version(struct pen *pen, uint16_t version)
{
	put16(pen, EXTENSION_VERSIONS);
	put16(pen, 3);
	put8(pen, 2);
	put16(pen, version);
}

static void
put_extensions(struct pen *pen, const struct probe *probe)
{
	size_t start = open_length(pen);

	if (probe->name != NULL)
		put_name(pen, probe->name);
	if (probe->alpn != NULL)
		put_alpn(pen, probe->alpn);
	put_list_extension(
	    pen, EXTENSION_GROUPS, probe->groups.items, probe->groups.count);
	put16(pen, EXTENSION_POINT_FORMATS);
	put_bytes(pen, "\0\2\1\0", 4);
	if (probe->version >= PROBE_TLS12)
		put_list_extension(pen, EXTENSION_SIGNATURES, signatures,
		    sizeof signatures / sizeof signatures[0]);
	put16(pen, EXTENSION_RENEGOTIATION);
	put_bytes(pen, "\0\1\0", 3);
	if (probe->version >= PROBE_TLS13) {
		put_version(pen, probe->version);
		put_share(pen, probe->share);
	}
	close_length(pen, start);
}

static uint16_t
at_most(uint16_t version, uint16_t limit)
{
	return version < limit ? version : limit;
}

size_t
probe_build(const struct probe *probe, unsigned char out[PROBE_SIZE])
{
	struct pen pen = { out, 0 };
	uint16_t legacy = at_most(probe->version, PROBE_TLS12);
	unsigned char random[32];

	memset(random, 0x5a, sizeof random);
	put8(&pen, TYPE_HANDSHAKE);
	put16(&pen, at_most(legacy, PROBE_TLS10));
	size_t record = open_length(&pen);
	put8(&pen, CLIENT_HELLO);
	put8(&pen, 0); /* the high byte of a three-byte length */
	size_t message = open_length(&pen);
	put16(&pen, legacy);
	put_bytes(&pen, random, sizeof random);
	put8(&pen, 0); /* no session to resume */
	put_list(&pen, probe->suites.items, probe->suites.count);
	put16(&pen, 0x0100); /* no compression */
	if (probe->version > PROBE_SSL3)
		put_extensions(&pen, probe);
	close_length(&pen, message);
	close_length(&pen, record);
	return pen.size;
}

/* A message that is being read. Reads after its end return zeros and set `short_of`. */
struct eye {
	const unsigned char *bytes;
	size_t size;
	bool short_of;
};

static unsigned
get8(struct eye *eye)
{
	if (eye->size == 0) {
		eye->short_of = true;
		return 0;
	}
	eye->size--;
	return *eye->bytes++;
}

static unsigned
get16(struct eye *eye)
{
	unsigned high = get8(eye);

	return high << 8 | get8(eye);
}

static struct eye
get_part(struct eye *eye, size_t size)
{
	struct eye part = { eye->bytes, size, false };

	if (size > eye->size) {
		eye->short_of = true;
		part.size = eye->size;
	}
	eye->bytes += part.size;
	eye->size -= part.size;
	return part;
}

static void
parse_extensions(struct eye *eye, struct probe_answer *answer)
{
	struct eye all = get_part(eye, get16(eye));

	while (all.size > 0) {
		unsigned type = get16(&all);
		struct eye extension = get_part(&all, get16(&all));
		if (type == EXTENSION_VERSIONS)
			answer->version = (uint16_t)get16(&extension);
		else if (type == EXTENSION_KEY_SHARE)
			answer->group = (uint16_t)get16(&extension);
	}
}

static void
parse_hello(struct eye *eye, struct probe_answer *answer)
{
	answer->version = (uint16_t)get16(eye);
	struct eye random = get_part(eye, sizeof retry_random);
	bool retry = random.size == sizeof retry_random &&
	             memcmp(random.bytes, retry_random, sizeof retry_random) == 0;
	answer->kind = retry ? PROBE_RETRY : PROBE_HELLO;
	get_part(eye, get8(eye));
	answer->suite = (uint16_t)get16(eye);
	get8(eye);
	if (eye->size > 0)
		parse_extensions(eye, answer);
}

void
probe_parse(const unsigned char *bytes, size_t size, struct probe_answer *answer)
{
	struct eye eye = { bytes, size, false };

	*answer = (struct probe_answer){ .kind = PROBE_PARTIAL };
	unsigned type = get8(&eye);
	unsigned version = get16(&eye);
	struct eye record = get_part(&eye, get16(&eye));
	if (size >= 3 &&
	    ((type != TYPE_ALERT && type != TYPE_HANDSHAKE) || version >> 8 != 3)) {
		answer->kind = PROBE_NOT_TLS;
	} else if (!eye.short_of && type == TYPE_ALERT) {
		get8(&record);
		answer->kind = PROBE_ALERT;
		answer->alert = get8(&record);
	} else if (!eye.short_of && get8(&record) != SERVER_HELLO) {
		answer->kind = PROBE_NOT_TLS;
	} else if (!eye.short_of) {
		get8(&record);
		struct eye message = get_part(&record, get16(&record));
		parse_hello(&message, answer);
		if (message.short_of)
			answer->kind = PROBE_NOT_TLS;
	}
}
