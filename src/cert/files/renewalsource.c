/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate to renew. */
#include "cert/files/renewalsource.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/files/pairfiles.h"
#include "tls/x509/pem.h"
#include "tls/keys/privatekey.h"

static bool
holds_key(const struct renewalsource *old)
{
	struct pem_block block;
	size_t offset = 0;

	while (pem_next(old->data, old->size, &offset, &block))
		if (pem_is_private_key(&block))
			return true;
	return false;
}

static int
read_data(const char *file, char **data, size_t *size, struct findings *findings)
{
	if (file_read(file, PEM_FILE_LIMIT, data, size) == 0)
		return 0;
	findings_read_error(findings, file, errno);
	*data = NULL;
	return -1;
}

int
renewalsource_read(struct renewalsource *old, const char *file, const char *key_file,
    struct findings *findings)
{
	old->file = file;
	if (read_data(file, &old->data, &old->size, findings) < 0 ||
	    chain_read(&old->chain, file, old->data, old->size, findings) < 0)
		return -1;
	size_t count = old->chain.count;
	chain_arrange(&old->chain, file, findings);
	if (old->chain.count < count) {
		findings_error(findings,
		    "%s: has certificates that renewing would lose: remove them first",
		    file);
		return -1;
	}
	if (key_file != NULL)
		old->key_file = memory_copy(key_file);
	else if (!holds_key(old))
		old->key_file = pairfiles_beside(file, ".key");
	return 0;
}

void
renewalsource_fini(struct renewalsource *old)
{
	chain_fini(&old->chain);
	memory_wipe(old->data, old->size); /* it may contain a key */
	free(old->data);
	free(old->key_file);
	*old = (struct renewalsource){ 0 };
}

gnutls_x509_crt_t
renewalsource_cert(const struct renewalsource *old)
{
	return old->chain.certs[0];
}

time_t
renewalsource_end(const struct renewalsource *old)
{
	return gnutls_x509_crt_get_expiration_time(renewalsource_cert(old));
}

const char *
renewalsource_key_file(const struct renewalsource *old)
{
	return old->key_file != NULL ? old->key_file : old->file;
}

bool
renewalsource_has_key(const struct renewalsource *old)
{
	return old->key_file == NULL || access(old->key_file, F_OK) == 0;
}

gnutls_x509_privkey_t
renewalsource_read_key(
    const struct renewalsource *old, const char *pin_file, struct findings *findings)
{
	char *data;
	size_t size;

	if (old->key_file == NULL)
		return privatekey_read(
		    old->file, old->data, old->size, pin_file, findings);
	if (read_data(old->key_file, &data, &size, findings) < 0)
		return NULL;
	gnutls_x509_privkey_t key =
	    privatekey_read(old->key_file, data, size, pin_file, findings);
	memory_wipe(data, size);
	free(data);
	return key;
}
