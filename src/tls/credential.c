/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sessions are equipped with. */
#include "tls/credential.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/stringlist.h"
#include "tls/chain.h"

/* `credentials` keep certificates and key, unless that fails. */
static int
give(gnutls_certificate_credentials_t credentials, const struct stringlist *names,
    gnutls_pcert_st *certs, unsigned count, gnutls_privkey_t key)
{
	const char **hosts = memory_new((names->count + 1) * sizeof *hosts);

	for (size_t i = 0; i < names->count; i++)
		hosts[i] = names->items[i];
	int code = gnutls_certificate_set_key(
	    credentials, hosts, (int)names->count, certs, (int)count, key);
	free(hosts);
	return code;
}

int
credential_add(gnutls_certificate_credentials_t credentials, const struct chain *chain,
    const struct stringlist *names, gnutls_privkey_t key)
{
	unsigned count = (unsigned)chain->count;
	gnutls_pcert_st *certs = memory_new(count * sizeof *certs);
	int code = gnutls_pcert_import_x509_list(certs, chain->certs, &count, 0);

	if (code >= 0) {
		code = give(credentials, names, certs, count, key);
		for (unsigned i = 0; i < count && code < 0; i++)
			gnutls_pcert_deinit(&certs[i]);
	}
	free(certs);
	return code;
}
