/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificates that a client gave. */
#include "tls/evidence.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "tls/clientauth.h"

struct evidence {
	struct clientauth_chain chain;
	gnutls_datum_t certs[];
};

static size_t
size_of(const struct clientauth_chain *chain)
{
	const gnutls_datum_t *certs = chain->certs;
	size_t size = sizeof(struct evidence) + chain->count * sizeof *certs;

	for (unsigned i = 0; i < chain->count; i++)
		size += certs[i].size;
	return size;
}

struct evidence *
evidence_new(const struct clientauth_chain *chain)
{
	const gnutls_datum_t *certs = chain->certs;
	struct evidence *evidence = malloc(size_of(chain));

	if (evidence == NULL)
		return NULL;
	unsigned char *bytes = (unsigned char *)(evidence->certs + chain->count);
	for (unsigned i = 0; i < chain->count; i++) {
		memcpy(bytes, certs[i].data, certs[i].size);
		evidence->certs[i] = (gnutls_datum_t){ bytes, certs[i].size };
		bytes += certs[i].size;
	}
	evidence->chain = (struct clientauth_chain){ .certs = evidence->certs,
		.count = chain->count };
	return evidence;
}

void
evidence_free(struct evidence *evidence)
{
	free(evidence);
}

const struct clientauth_chain *
evidence_chain(const struct evidence *evidence)
{
	return &evidence->chain;
}
