/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a renewed certificate. */
#include "cert/issue/pemrewrite.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory/memory.h"
#include "cert/issue/signing.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"

/* Returns the issuer of `cert` among the old chain's certificates, or NULL. */
static gnutls_x509_crt_t
find_old_issuer(const struct chain *old, gnutls_x509_crt_t cert)
{
	for (size_t i = 1; i < old->count; i++)
		if (certificate_is_signed_by(cert, old->certs[i]))
			return old->certs[i];
	return NULL;
}

/* Adds a certificate of the chain; a root only if the old chain had one. */
static int
append_issuer(const struct chain *old, gnutls_x509_crt_t cert, char **pem)
{
	if (certificate_is_self_issued(cert) &&
	    !certificate_is_self_issued(old->certs[old->count - 1]))
		return 0;
	return signing_append_cert(cert, pem);
}

/* Adds the new certificate, and the chain above it if the old file had one. */
static int
append_chain(const struct pemrewrite *composition, char **pem)
{
	const struct chain *old = composition->old, *above = composition->above;
	int code = signing_append_cert(composition->cert, pem);

	if (old->count < 2 || above->count == 0)
		return code;
	for (size_t i = 0; i < above->count; i++)
		STEP(code, append_issuer(old, above->certs[i], pem));
	gnutls_x509_crt_t last = above->certs[above->count - 1];
	for (size_t i = 1; i < old->count && !certificate_is_self_issued(last); i++) {
		last = find_old_issuer(old, last);
		if (last == NULL)
			break;
		STEP(code, append_issuer(old, last, pem));
	}
	return code;
}

/* Adds `text`, and a line end if it is missing. */
static void
append_text(char **pem, const char *text, size_t size)
{
	const char *newline = size > 0 && text[size - 1] != '\n' ? "\n" : "";
	char *longer = memory_format(
	    "%s%.*s%s", *pem != NULL ? *pem : "", (int)size, text, newline);

	if (*pem != NULL)
		memory_wipe(*pem, strlen(*pem));
	free(*pem);
	*pem = longer;
}

int
pemrewrite_make(const struct pemrewrite *composition, const char *key_pem, char **pem)
{
	struct pem_block block;
	size_t offset = 0;
	bool chain_done = false;
	int code = 0;

	while (pem_next(composition->text, composition->size, &offset, &block)) {
		if (pem_is_certificate(&block)) {
			if (!chain_done)
				STEP(code, append_chain(composition, pem));
			chain_done = true;
		} else if (key_pem == NULL || !pem_is_private_key(&block)) {
			append_text(pem, block.text, block.size);
		} else {
			/* Further keys belong to no certificate here: they are left out. */
			append_text(pem, key_pem, strlen(key_pem));
			key_pem = "";
		}
	}
	return code;
}
