/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that a client can use. */
#include "tls/keys/clientcaps.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdint.h>

#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/hello/clienthello.h"
#include "tls/policy/policy.h"

enum {
	EXTENSION_SUPPORTED_GROUPS = 10,
	EXTENSION_SIGNATURE_ALGORITHMS = 13,
	EXTENSION_SIGNATURE_ALGORITHMS_CERT = 50
};

#define ALL (~0U)

/* The groups of ECDHE, some of which are curves of ECDSA keys. */
static const struct {
	uint16_t code;
	gnutls_group_t group;
	gnutls_ecc_curve_t curve;
} groups[] = {
	{ 0x0017, GNUTLS_GROUP_SECP256R1, GNUTLS_ECC_CURVE_SECP256R1 },
	{ 0x0018, GNUTLS_GROUP_SECP384R1, GNUTLS_ECC_CURVE_SECP384R1 },
	{ 0x0019, GNUTLS_GROUP_SECP521R1, GNUTLS_ECC_CURVE_SECP521R1 },
	{ 0x001d, GNUTLS_GROUP_X25519, GNUTLS_ECC_CURVE_X25519 },
	{ 0x001e, GNUTLS_GROUP_X448, GNUTLS_ECC_CURVE_X448 },
};

/* RFC 8446, 4.2.3; RFC 5246, 7.4.1.4.1. */
static const struct {
	uint16_t code;
	gnutls_pk_algorithm_t key; /* that makes such signatures in a handshake */
	bool tls13; /* in TLS 1.3 too, and an ECDSA key only on this curve: */
	gnutls_ecc_curve_t curve;
	gnutls_sign_algorithm_t certificate; /* its name in certificates */
} schemes[] = {
	{ 0x0201, GNUTLS_PK_RSA, false, 0, GNUTLS_SIGN_RSA_SHA1 },
	{ 0x0301, GNUTLS_PK_RSA, false, 0, GNUTLS_SIGN_RSA_SHA224 },
	{ 0x0401, GNUTLS_PK_RSA, false, 0, GNUTLS_SIGN_RSA_SHA256 },
	{ 0x0501, GNUTLS_PK_RSA, false, 0, GNUTLS_SIGN_RSA_SHA384 },
	{ 0x0601, GNUTLS_PK_RSA, false, 0, GNUTLS_SIGN_RSA_SHA512 },
	{ 0x0203, GNUTLS_PK_ECDSA, false, 0, GNUTLS_SIGN_ECDSA_SHA1 },
	{ 0x0303, GNUTLS_PK_ECDSA, false, 0, GNUTLS_SIGN_ECDSA_SHA224 },
	{ 0x0403, GNUTLS_PK_ECDSA, true, GNUTLS_ECC_CURVE_SECP256R1,
	    GNUTLS_SIGN_ECDSA_SHA256 },
	{ 0x0503, GNUTLS_PK_ECDSA, true, GNUTLS_ECC_CURVE_SECP384R1,
	    GNUTLS_SIGN_ECDSA_SHA384 },
	{ 0x0603, GNUTLS_PK_ECDSA, true, GNUTLS_ECC_CURVE_SECP521R1,
	    GNUTLS_SIGN_ECDSA_SHA512 },
	{ 0x0804, GNUTLS_PK_RSA, true, 0, GNUTLS_SIGN_RSA_PSS_SHA256 },
	{ 0x0805, GNUTLS_PK_RSA, true, 0, GNUTLS_SIGN_RSA_PSS_SHA384 },
	{ 0x0806, GNUTLS_PK_RSA, true, 0, GNUTLS_SIGN_RSA_PSS_SHA512 },
	{ 0x0809, GNUTLS_PK_RSA_PSS, true, 0, GNUTLS_SIGN_RSA_PSS_SHA256 },
	{ 0x080a, GNUTLS_PK_RSA_PSS, true, 0, GNUTLS_SIGN_RSA_PSS_SHA384 },
	{ 0x080b, GNUTLS_PK_RSA_PSS, true, 0, GNUTLS_SIGN_RSA_PSS_SHA512 },
	{ 0x0807, GNUTLS_PK_EDDSA_ED25519, true, 0, GNUTLS_SIGN_EDDSA_ED25519 },
	{ 0x0808, GNUTLS_PK_EDDSA_ED448, true, 0, GNUTLS_SIGN_EDDSA_ED448 },
};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static unsigned
group_bit(unsigned code)
{
	for (size_t i = 0; i < LENGTH(groups); i++)
		if (groups[i].code == code)
			return 1U << i;
	return 0;
}

static unsigned
scheme_bit(unsigned code)
{
	for (size_t i = 0; i < LENGTH(schemes); i++)
		if (schemes[i].code == code)
			return 1U << i;
	return 0;
}

/* Two schemes may have one name in certificates: the issuer's key decides which RSA-PSS it is. */
static unsigned
certificate_bits(gnutls_sign_algorithm_t algorithm)
{
	unsigned bits = 0;

	for (size_t i = 0; i < LENGTH(schemes); i++)
		if (schemes[i].certificate == algorithm)
			bits |= 1U << i;
	return bits;
}

static unsigned
as_certificate_bits(unsigned bits)
{
	unsigned all = 0;

	for (size_t i = 0; i < LENGTH(schemes); i++)
		if ((bits & 1U << i) != 0)
			all |= certificate_bits(schemes[i].certificate);
	return all;
}

/* Returns the bits of a list of codes that follows its length. */
static unsigned
read_list(const unsigned char *data, size_t size, unsigned (*bit)(unsigned code))
{
	unsigned bits = 0;

	for (size_t i = 2; i + 1 < size; i += 2)
		bits |= bit((unsigned)data[i] << 8 | data[i + 1]);
	return bits;
}

static int
read_extension(
    void *context, unsigned extension, const unsigned char *data, unsigned size)
{
	struct clientcaps *capabilities = context;

	if (extension == EXTENSION_SUPPORTED_GROUPS)
		capabilities->curves = read_list(data, size, group_bit);
	else if (extension == EXTENSION_SIGNATURE_ALGORITHMS)
		capabilities->signatures = read_list(data, size, scheme_bit);
	else if (extension == EXTENSION_SIGNATURE_ALGORITHMS_CERT)
		capabilities->chain_signatures =
		    as_certificate_bits(read_list(data, size, scheme_bit));
	return 0;
}

/* RFC 8422, 5.1: without a group in common there is no ECDHE. */
static bool
shares_group(const struct policy *policy, unsigned curves)
{
	for (size_t i = 0; i < LENGTH(groups); i++)
		if ((curves & 1U << i) != 0 &&
		    policy_has_group(policy, groups[i].group))
			return true;
	return false;
}

void
clientcaps_read(struct clientcaps *capabilities, const struct policy *policy,
    unsigned char *message, size_t size)
{
	gnutls_datum_t datum = { message, (unsigned)size };
	struct clienthello hello;

	*capabilities = (struct clientcaps){ ALL, ALL, ALL, ALL };
	/* The library refuses a hello that cannot be parsed. */
	gnutls_ext_raw_parse(
	    capabilities, read_extension, &datum, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
	if (capabilities->chain_signatures == ALL && capabilities->signatures != ALL)
		capabilities->chain_signatures =
		    as_certificate_bits(capabilities->signatures);
	if (clienthello_read_body(message, size, &hello) == 0)
		capabilities->kinds = policy_kinds(policy, hello.suites,
		    hello.suites_size, shares_group(policy, capabilities->curves));
}

static void
require_for_key(struct requirements *requirements, gnutls_x509_crt_t cert)
{
	const int key = gnutls_x509_crt_get_pk_algorithm(cert, NULL);
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;

	requirements->kind = key == GNUTLS_PK_RSA || key == GNUTLS_PK_RSA_PSS
	                         ? POLICY_RSA
	                         : POLICY_ECDSA;
	if (key == GNUTLS_PK_ECDSA)
		gnutls_x509_crt_get_pk_ecc_raw(cert, &curve, NULL, NULL);
	for (size_t i = 0; i < LENGTH(groups); i++)
		if (key == GNUTLS_PK_ECDSA && groups[i].curve == curve)
			requirements->curve = 1U << i;
	for (size_t i = 0; i < LENGTH(schemes); i++) {
		if ((int)schemes[i].key != key)
			continue;
		requirements->signatures_tls12 |= 1U << i;
		if (schemes[i].tls13 && schemes[i].curve == curve)
			requirements->signatures_tls13 |= 1U << i;
	}
}

void
clientcaps_require(struct requirements *requirements, const struct chain *chain)
{
	*requirements = (struct requirements){ 0 };
	require_for_key(requirements, chain->certs[0]);
	for (size_t i = 0; i < chain->count; i++) {
		gnutls_x509_crt_t cert = chain->certs[i];
		int algorithm = gnutls_x509_crt_get_signature_algorithm(cert);
		if (algorithm >= 0 && !certificate_is_self_issued(cert))
			requirements->chain_signatures |=
			    certificate_bits((gnutls_sign_algorithm_t)algorithm);
	}
}

/* True if `bits` contains one of those wanted, or if none is wanted. */
static bool
has_wanted_bit(unsigned bits, unsigned wanted)
{
	return wanted == 0 || (bits & wanted) != 0;
}

enum suitability
clientcaps_meet(const struct clientcaps *capabilities,
    const struct requirements *requirements, bool tls13)
{
	const unsigned signatures =
	    tls13 ? requirements->signatures_tls13 : requirements->signatures_tls12;

	if (!has_wanted_bit(capabilities->signatures, signatures) ||
	    (!tls13 && !has_wanted_bit(capabilities->kinds, requirements->kind)))
		return UNSUITABLE;
	if ((!tls13 && !has_wanted_bit(capabilities->curves, requirements->curve)) ||
	    (requirements->chain_signatures & ~capabilities->chain_signatures) != 0)
		return DOUBTFUL;
	return SUITABLE;
}
