/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's certificates and pre-shared key, and the host that it named. */
#include "tls/clientauth/peercert.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "tls/clientauth/clientchain.h"
#include "tls/hello/clienthello.h"

struct peercert {
	struct clientchain chain;
	struct peerpsk psk;
	struct clienthello hello;
	gnutls_datum_t certs[];
};

static size_t
count_size(const struct clientchain *chain, const struct clienthello *hello)
{
	const gnutls_datum_t *certs = chain->certs;
	size_t size = sizeof(struct peercert) + chain->count * sizeof *certs +
	              hello->name_size + hello->protocols_size;

	for (unsigned i = 0; i < chain->count; i++)
		size += certs[i].size;
	return size;
}

/* Copies `bytes` to `*place`, and moves `*place` past the copy. Returns the copy. */
static unsigned char *
copy_bytes(unsigned char **place, const void *bytes, size_t size)
{
	unsigned char *copy = *place;

	if (bytes == NULL)
		return NULL;
	memcpy(copy, bytes, size);
	*place += size;
	return copy;
}

struct peercert *
peercert_new(const struct clientchain *chain, const struct peerpsk *psk,
    const struct clienthello *hello)
{
	const gnutls_datum_t *certs = chain->certs;
	struct peercert *peercert = malloc(count_size(chain, hello));

	if (peercert == NULL)
		return NULL;
	unsigned char *place = (unsigned char *)(peercert->certs + chain->count);
	for (unsigned i = 0; i < chain->count; i++)
		peercert->certs[i] =
		    (gnutls_datum_t){ copy_bytes(&place, certs[i].data, certs[i].size),
			    certs[i].size };
	peercert->chain =
	    (struct clientchain){ .certs = peercert->certs, .count = chain->count };
	peercert->psk = *psk;
	peercert->hello = *hello;
	peercert->hello.name =
	    (char *)copy_bytes(&place, hello->name, hello->name_size);
	peercert->hello.protocols =
	    copy_bytes(&place, hello->protocols, hello->protocols_size);
	return peercert;
}

void
peercert_free(struct peercert *peercert)
{
	free(peercert);
}

const struct clientchain *
peercert_chain(const struct peercert *peercert)
{
	return &peercert->chain;
}

const struct peerpsk *
peercert_psk(const struct peercert *peercert)
{
	return &peercert->psk;
}

bool
peercert_is_named(const struct peercert *peercert)
{
	return peercert->chain.count > 0 || peercert->psk.identity_size > 0;
}

const struct clienthello *
peercert_hello(const struct peercert *peercert)
{
	return &peercert->hello;
}
