/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The algorithms that a client offers unless the user says otherwise. */
#include "client/options/defaultpriority.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "tls/policy/hybrids.h"

/* Lists each item, because removing items from NORMAL would keep unknown ones. */
#define VERSIONS "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:"
#define REST                                                               \
	"+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1" \
	":+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+CHACHA20-POLY1305"         \
	":+AES-256-GCM:+AEAD:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1"    \
	":-SIGN-DSA-SHA1:%PROFILE_MEDIUM"

/* TLS 1.2 has no hybrid groups. */
static struct hybrids
list_hybrids(const char *without)
{
	const struct hybrids none = { .count = 0 };

	if (without != NULL && strcmp(without, "1.3") == 0)
		return none;
	return hybrids_where(hybrids_in_library);
}

char *
defaultpriority(const char *without)
{
	const struct hybrids hybrids = list_hybrids(without);
	char *words = hybrids_words(&hybrids);
	char *text = memory_format("%s%s%s", VERSIONS, words, REST);

	free(words);
	if (without != NULL)
		memory_append(&text, ":-VERS-TLS%s", without);
	return text;
}

char *
defaultpriority_widen(const char *text)
{
	const struct hybrids hybrids = hybrids_where(hybrids_in_library);

	return hybrids_with(&hybrids, text);
}
