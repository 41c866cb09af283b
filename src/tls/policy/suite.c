/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cipher suites by the names that the library, IANA and OpenSSL give them. */
#include "tls/policy/suite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"

bool
suite_at(gnutls_priority_t priority, unsigned place, struct suite *suite)
{
	unsigned index;
	int code = gnutls_priority_get_cipher_suite_index(priority, place, &index);

	*suite = (struct suite){ 0 };
	if (code == GNUTLS_E_UNKNOWN_CIPHER_SUITE)
		return true;
	if (code < 0)
		return false;
	suite->name = gnutls_cipher_suite_info(index, suite->id, &suite->kx,
	    &suite->cipher, &suite->mac, &suite->min_version);
	return true;
}

/* Removes `part` from `text` where it first occurs. */
static void
remove_part(char *text, const char *part)
{
	char *found = strstr(text, part);

	if (found != NULL)
		memmove(found, found + strlen(part), strlen(found + strlen(part)) + 1);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length >= size && strcmp(text + length - size, end) == 0;
}

/* True if OpenSSL's name begins with the cipher, which means RSA key exchange. */
static bool
has_no_key_exchange(const char *letters)
{
	static const char *const ciphers[] = { "aes", "camellia", "aria", "des", "rc4",
		"null" };

	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
		if (strncmp(letters, ciphers[i], strlen(ciphers[i])) == 0)
			return true;
	return false;
}

/*
 * TLS_ECDHE_RSA_AES_128_CBC_SHA1 of the library is TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA of IANA
 * and ECDHE-RSA-AES128-SHA of OpenSSL; only IANA names the hash of ChaCha20-Poly1305.
 */
char *
suite_common_name(const char *name)
{
	char *letters = memory_copy(name);
	size_t count = 0;

	for (; *name != '\0'; name++)
		if (*name != '-' && *name != '_')
			letters[count++] = (char)tolower((unsigned char)*name);
	letters[count] = '\0';
	remove_part(letters, "with");
	remove_part(letters, "cbc");
	if (ends_with(letters, "poly1305sha256"))
		letters[strlen(letters) - strlen("sha256")] = '\0';
	else if (ends_with(letters, "sha1"))
		letters[strlen(letters) - strlen("1")] = '\0';
	const char *prefix = strncmp(letters, "tls", 3) == 0 ? ""
	                     : has_no_key_exchange(letters)  ? "tlsrsa"
	                                                     : "tls";
	char *whole = memory_format("%s%s", prefix, letters);
	free(letters);
	return whole;
}

bool
suite_named(const char *name, struct suite *suite)
{
	char *common = suite_common_name(name);
	bool found = false;

	for (size_t i = 0; !found; i++) {
		suite->name = gnutls_cipher_suite_info(i, suite->id, &suite->kx,
		    &suite->cipher, &suite->mac, &suite->min_version);
		if (suite->name == NULL)
			break;
		char *other = suite_common_name(suite->name);
		found = strcmp(common, other) == 0;
		free(other);
	}
	free(common);
	return found;
}

bool
suite_is_tls13(const struct suite *suite)
{
	return suite->min_version == GNUTLS_TLS1_3;
}

bool
suite_takes_psk(const struct suite *suite)
{
	return suite_is_tls13(suite) ? ends_with(suite->name, "SHA256")
	                             : suite->kx == GNUTLS_KX_ECDHE_PSK;
}

static bool
is_forward_secret(const struct suite *suite)
{
	switch (suite->kx) {
	case GNUTLS_KX_RSA:
	case GNUTLS_KX_PSK:
	case GNUTLS_KX_RSA_PSK:
	case GNUTLS_KX_SRP:
	case GNUTLS_KX_SRP_RSA:
	case GNUTLS_KX_SRP_DSS:
		return suite_is_tls13(suite);
	default:
		return true;
	}
}

enum suite_flaw
suite_flaw(const struct suite *suite)
{
	if (suite->kx == GNUTLS_KX_ANON_DH || suite->kx == GNUTLS_KX_ANON_ECDH)
		return SUITE_ANONYMOUS;
	if (!is_forward_secret(suite))
		return SUITE_NOT_SECRET;
	if (suite->cipher == GNUTLS_CIPHER_NULL)
		return SUITE_PLAIN;
	return suite->mac != GNUTLS_MAC_AEAD ? SUITE_CBC : SUITE_SOUND;
}

const char *
suite_flaw_text(enum suite_flaw flaw)
{
	static const char *const texts[] = { [SUITE_ANONYMOUS] = "no authentication",
		[SUITE_NOT_SECRET] = "no forward secrecy",
		[SUITE_PLAIN] = "no encryption",
		[SUITE_CBC] = "CBC" };

	return texts[flaw];
}
