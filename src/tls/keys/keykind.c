/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind of private key in a PEM block. */
#include "tls/keys/keykind.h"

#include <gnutls/gnutls.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "tls/x509/der.h"
#include "tls/x509/pem.h"

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

/* Takes the next element, which must have that tag, and returns its content. After an unexpected
 * one, `der` and the result are empty. */
static struct der
take_content(struct der *der, unsigned tag)
{
	struct der_element element = { 0 };

	if (!der_take_tag(der, tag, &element))
		*der = (struct der){ 0 };
	return element.content;
}

static bool
is_oid(struct der value, const struct oid *oid)
{
	return der_equals(value, oid->bytes, oid->size);
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
	if (parameters.size > 0 && parameters.bytes[0] == DER_SEQUENCE)
		return KEYKIND_EXPLICIT;
	struct der curve = take_content(&parameters, DER_OID);
	return curve.size == 0 || is_among(curve, curves, LENGTH(curves))
	           ? KEYKIND_KNOWN
	           : KEYKIND_CURVE;
}

static enum keykind
kind_of_sec1(struct der key)
{
	take_content(&key, DER_INTEGER);
	take_content(&key, DER_OCTET_STRING);
	return kind_of_parameters(take_content(&key, DER_CONTEXT_0));
}

static enum keykind
kind_of_pkcs8(struct der key)
{
	take_content(&key, DER_INTEGER);
	struct der algorithm = take_content(&key, DER_SEQUENCE);
	struct der oid = take_content(&algorithm, DER_OID);

	if (is_oid(oid, &elliptic))
		return kind_of_parameters(algorithm);
	return oid.size == 0 || is_among(oid, algorithms, LENGTH(algorithms))
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
		struct der key = take_content(&der, DER_SEQUENCE);
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
