/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chain and its key in the form in which sessions present them. */
#include "tls/keys/credential.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "tls/x509/chain.h"
#include "tls/keys/signer.h"

int
credential_init(struct credential *credential, const struct chain *chain,
    const struct signer *signer)
{
	int code = 0;

	credential->certs = memory_new(chain->count * sizeof *credential->certs);
	for (size_t i = 0; i < chain->count && code >= 0; i++) {
		code =
		    gnutls_pcert_import_x509(&credential->certs[i], chain->certs[i], 0);
		credential->count += code >= 0;
	}
	if (code >= 0)
		credential->key = signer_key(signer, &code);
	return code < 0 ? code : 0;
}

void
credential_fini(struct credential *credential)
{
	for (unsigned i = 0; i < credential->count; i++)
		gnutls_pcert_deinit(&credential->certs[i]);
	free(credential->certs);
	gnutls_privkey_deinit(credential->key);
	*credential = (struct credential){ 0 };
}

int
credential_chain(const struct credential *credential, struct chain *chain)
{
	int code = 0;

	chain->certs = memory_new(credential->count * sizeof(gnutls_x509_crt_t));
	for (unsigned i = 0; i < credential->count && code >= 0; i++) {
		code =
		    gnutls_pcert_export_x509(&credential->certs[i], &chain->certs[i]);
		chain->count += code >= 0;
	}
	return code < 0 ? code : 0;
}
