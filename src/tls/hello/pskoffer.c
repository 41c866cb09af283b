/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pre-shared keys that a ClientHello offers. */
#include "tls/hello/pskoffer.h"

#include <stdbool.h>
#include <string.h>

#include "tls/hello/clienthello.h"

#define MODE_PSK_DHE_KE 1 /* RFC 8446, 4.2.9 */
#define SCSV_RENEGOTIATION 0x00ff /* RFC 5746, 3.3 */
#define SCSV_FALLBACK 0x5600 /* RFC 7507 */
#define TLS13_SUITES 0x13 /* the first byte of their codes */

enum kind { KIND_OTHER, KIND_PLAIN, KIND_ECDHE_CBC, KIND_ECDHE };

/* The suites for pre-shared keys in the registry of IANA. */
static const struct {
	unsigned first, last;
	enum kind kind;
} ranges[] = {
	{ 0x002c, 0x002e, KIND_PLAIN }, { 0x008a, 0x0095, KIND_PLAIN },
	{ 0x00a8, 0x00b9, KIND_PLAIN }, { 0xc033, 0xc034, KIND_ECDHE }, /* RC4, 3DES */
	{ 0xc035, 0xc038, KIND_ECDHE_CBC }, { 0xc039, 0xc03b, KIND_ECDHE }, /* NULL */
	{ 0xc064, 0xc06f, KIND_PLAIN }, { 0xc070, 0xc071, KIND_ECDHE }, /* ARIA */
	{ 0xc08e, 0xc099, KIND_PLAIN }, { 0xc09a, 0xc09b, KIND_ECDHE }, /* Camellia */
	{ 0xc0a4, 0xc0ab, KIND_PLAIN }, { 0xccab, 0xccab, KIND_PLAIN },
	{ 0xccac, 0xccac, KIND_ECDHE }, { 0xccad, 0xccae, KIND_PLAIN },
	{ 0xd001, 0xd005, KIND_ECDHE }, /* AES-GCM, AES-CCM */
};

static enum kind
kind_of(unsigned code)
{
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return ranges[i].kind;
	return KIND_OTHER;
}

/* True for codes that stand for no suite of TLS 1.2, such as those of RFC 8701. */
static bool
is_ignored(unsigned code)
{
	return code == SCSV_RENEGOTIATION || code == SCSV_FALLBACK ||
	       code >> 8 == TLS13_SUITES ||
	       ((code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff));
}

static enum pskoffer
read_suites(const unsigned char *suites, size_t size)
{
	bool has[KIND_ECDHE + 1] = { false };

	for (size_t i = 0; i + 1 < size; i += 2) {
		const unsigned code = (unsigned)suites[i] << 8 | suites[i + 1];
		if (!is_ignored(code))
			has[kind_of(code)] = true;
	}
	if (has[KIND_OTHER])
		return PSKOFFER_NOT_ALONE;
	if (has[KIND_ECDHE_CBC])
		return PSKOFFER_CBC;
	if (has[KIND_ECDHE])
		return PSKOFFER_EPHEMERAL;
	return has[KIND_PLAIN] ? PSKOFFER_NOT_EPHEMERAL : PSKOFFER_NOT_ALONE;
}

enum pskoffer
pskoffer_read(const struct clienthello *hello)
{
	if (!clienthello_offers_tls13(hello))
		return read_suites(hello->suites, hello->suites_size);
	return hello->has_psk && hello->psk_modes != NULL &&
	               memchr(hello->psk_modes, MODE_PSK_DHE_KE,
			   hello->psk_modes_size) == NULL
	           ? PSKOFFER_NOT_EPHEMERAL
	           : PSKOFFER_NOT_ALONE;
}
