/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind of private key in a PEM block. */
#include "tls/keys/keykind.h"

#include <gnutls/gnutls.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "tls/x509/pem.h"

enum {
	INTEGER = 0x02,
	OCTET_STRING = 0x04,
	OID = 0x06,
	SEQUENCE = 0x30,
	PART_0 = 0xa0
};

/* The remaining bytes; empty after an unexpected one. */
struct der {
	const unsigned char *bytes;
	size_t left;
};

struct oid {
	size_t size;
	unsigned char bytes[9];
};

static const struct oid elliptic = { 7, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 } };

static const struct oid algorithms[] = {
	{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 } }, /* RSA */
	{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a } }, /* RSA-PSS */
	{ 3, { 0x2b, 0x65, 0x70 } }, /* Ed25519 */
	{ 3, { 0x2b, 0x65, 0x71 } }, /* Ed448 */
};

static const struct oid curves[] = {
	{ 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01 } }, /* P-192 */
	{ 5, { 0x2b, 0x81, 0x04, 0x00, 0x21 } }, /* P-224 */
	{ 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 } }, /* P-256 */
	{ 5, { 0x2b, 0x81, 0x04, 0x00, 0x22 } }, /* P-384 */
	{ 5, { 0x2b, 0x81, 0x04, 0x00, 0x23 } }, /* P-521 */
};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool
next_is(const struct der *der, unsigned tag)
{
	return der->left > 0 && der->bytes[0] == tag;
}

/* Takes the next element, which must have that tag, and returns its contents. */
static struct der
take_element(struct der *der, unsigned tag)
{
	struct der inner = { der->bytes + 2, 0 };
	size_t more = 0;

	if (!next_is(der, tag) || der->left < 2)
		goto out;
	inner.left = der->bytes[1];
	if (inner.left >= 0x80) {
		more = inner.left - 0x80;
		if (more > 2 || der->left < 2 + more)
			goto out;
		inner.left = 0;
		for (size_t i = 0; i < more; i++)
			inner.left = inner.left << 8 | *inner.bytes++;
	}
	if (inner.left > der->left - 2 - more)
		goto out;
	der->bytes = inner.bytes + inner.left;
	der->left -= 2 + more + inner.left;
	return inner;
out:
	*der = (struct der){ NULL, 0 };
	return *der;
}

static bool
is_oid(struct der value, const struct oid *oid)
{
	return value.left == oid->size &&
	       memcmp(value.bytes, oid->bytes, oid->size) == 0;
}

static bool
is_among(struct der value, const struct oid *oids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_oid(value, &oids[i]))
			return true;
	return false;
}

/* RFC 5480, 2.1.1: the curve's name, or its parameters. */
static enum keykind
kind_of_parameters(struct der parameters)
{
	if (next_is(&parameters, SEQUENCE))
		return KEYKIND_EXPLICIT;
	struct der curve = take_element(&parameters, OID);
	return curve.left == 0 || is_among(curve, curves, LENGTH(curves))
	           ? KEYKIND_KNOWN
	           : KEYKIND_CURVE;
}

static enum keykind
kind_of_sec1(struct der key)
{
	take_element(&key, INTEGER);
	take_element(&key, OCTET_STRING);
	return kind_of_parameters(take_element(&key, PART_0));
}

static enum keykind
kind_of_pkcs8(struct der key)
{
	take_element(&key, INTEGER);
	struct der algorithm = take_element(&key, SEQUENCE);
	struct der oid = take_element(&algorithm, OID);

	if (is_oid(oid, &elliptic))
		return kind_of_parameters(algorithm);
	return oid.left == 0 || is_among(oid, algorithms, LENGTH(algorithms))
	           ? KEYKIND_KNOWN
	           : KEYKIND_ALGORITHM;
}

enum keykind
keykind_of(const struct pem_block *block)
{
	gnutls_datum_t pem = { pem_copy(block), (unsigned)block->size };
	gnutls_datum_t data = { NULL, 0 };
	enum keykind kind = KEYKIND_KNOWN;

	if (gnutls_pem_base64_decode2(NULL, &pem, &data) >= 0) {
		struct der der = { data.data, data.size };
		struct der key = take_element(&der, SEQUENCE);
		if (pem_is(block, "EC PRIVATE KEY"))
			kind = kind_of_sec1(key);
		else if (pem_is(block, "PRIVATE KEY"))
			kind = kind_of_pkcs8(key);
		memory_wipe(data.data, data.size);
		gnutls_free(data.data);
	}
	memory_wipe(pem.data, pem.size);
	free(pem.data);
	return kind;
}
