/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of a certificate revocation list. */
#include "cert/crl/crl.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "cert/crl/crlparts.h"
#include "cert/crl/crlreason.h"
#include "cert/issue/signing.h"
#include "tls/x509/pem.h"

enum { SERIAL_MAX = 64, NAME_SIZE = 512 };

static void
add_entry(struct crl *crl, struct der content)
{
	struct der_element serial, since, extensions;
	struct crl_entry entry = { .reason = CRLREASON_NONE };

	if (!der_take_tag(&content, DER_INTEGER, &serial) ||
	    !der_take(&content, &since))
		return;
	entry.serial = serial.content;
	if (der_take_tag(&content, DER_SEQUENCE, &extensions))
		entry.reason = crlreason_read(extensions.content);
	crl->entries =
	    memory_resize(crl->entries, (crl->count + 1) * sizeof *crl->entries);
	crl->entries[crl->count++] = entry;
}

/* Reads the entries. Returns -1 if the library finds a different number of them. */
static int
read_entries(struct crl *crl)
{
	struct der_element entry;
	struct crlparts parts;

	if (!crlparts_split(&crl->der, &parts))
		return -1;
	while (der_take_tag(&parts.entries, DER_SEQUENCE, &entry))
		add_entry(crl, entry.content);
	int count = gnutls_x509_crl_get_crt_count(crl->handle);
	if (crl->count != (size_t)(count > 0 ? count : 0))
		return -1;
	gnutls_x509_crl_iter_t place = NULL;
	for (size_t i = 0; i < crl->count; i++) {
		unsigned char serial[SERIAL_MAX];
		size_t size = sizeof serial;
		if (gnutls_x509_crl_iter_crt_serial(
			crl->handle, &place, serial, &size, &crl->entries[i].since) < 0)
			break;
	}
	gnutls_x509_crl_iter_deinit(place);
	return 0;
}

static int
import_block(struct crl *crl, const struct pem_block *block)
{
	gnutls_datum_t pem = { pem_copy(block), (unsigned)block->size };
	gnutls_datum_t der = { NULL, 0 };
	int code = gnutls_x509_crl_init(&crl->handle);

	STEP(code, gnutls_x509_crl_import(crl->handle, &pem, GNUTLS_X509_FMT_PEM));
	STEP(code, gnutls_x509_crl_export2(crl->handle, GNUTLS_X509_FMT_DER, &der));
	if (code >= 0)
		der_add(&crl->der, (struct der){ der.data, der.size });
	gnutls_free(der.data);
	free(pem.data);
	if (code >= 0 && read_entries(crl) < 0)
		code = GNUTLS_E_ASN1_DER_ERROR;
	return code;
}

static bool
find_block(const char *data, size_t size, struct pem_block *block)
{
	size_t offset = 0;

	while (pem_next(data, size, &offset, block))
		if (pem_is(block, "X509 CRL"))
			return true;
	return false;
}

int
crl_read(struct crl *crl, const char *file, const char *data, size_t size,
    struct findings *findings)
{
	struct pem_block block;

	if (!find_block(data, size, &block)) {
		findings_error(findings,
		    "%s: no revocation list in it: give the file that tlscert ca or "
		    "tlscert crl wrote",
		    file);
		return -1;
	}
	int code = import_block(crl, &block);
	if (code >= 0)
		return 0;
	findings_error(findings,
	    "%s: the revocation list is damaged (%s): copy it again", file,
	    gnutls_strerror(code));
	return -1;
}

void
crl_fini(struct crl *crl)
{
	gnutls_x509_crl_deinit(crl->handle);
	der_text_fini(&crl->der);
	free(crl->entries);
	*crl = (struct crl){ 0 };
}

bool
crl_is_signed_by(const struct crl *crl, gnutls_x509_crt_t cert)
{
	unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
	                 GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
	                 GNUTLS_VERIFY_ALLOW_BROKEN;
	unsigned status = 0;

	return gnutls_x509_crl_check_issuer(crl->handle, cert) &&
	       gnutls_x509_crl_verify(crl->handle, &cert, 1, flags, &status) >= 0 &&
	       (status &
		   (GNUTLS_CERT_SIGNATURE_FAILURE | GNUTLS_CERT_SIGNER_NOT_FOUND)) == 0;
}

bool
crl_is_delta(const struct crl *crl)
{
	char oid[NAME_SIZE];
	size_t size = sizeof oid;

	for (unsigned i = 0;
	     gnutls_x509_crl_get_extension_oid(crl->handle, i, oid, &size) >= 0; i++) {
		if (strcmp(oid, "2.5.29.27") == 0)
			return true;
		size = sizeof oid;
	}
	return false;
}

const struct crl_entry *
crl_find(const struct crl *crl, gnutls_x509_crt_t cert)
{
	unsigned char serial[SERIAL_MAX];
	size_t size = sizeof serial;

	if (gnutls_x509_crt_get_serial(cert, serial, &size) < 0)
		return NULL;
	for (size_t i = 0; i < crl->count; i++)
		if (der_equals(crl->entries[i].serial, serial, size))
			return &crl->entries[i];
	return NULL;
}

char *
crl_issuer(const struct crl *crl)
{
	gnutls_datum_t name = { NULL, 0 };
	char out[NAME_SIZE];

	if (gnutls_x509_crl_get_issuer_dn3(crl->handle, &name, 0) < 0)
		return memory_copy("an empty issuer");
	text_escape_dn(out, sizeof out, name.data, name.size);
	gnutls_free(name.data);
	return memory_copy(out);
}

time_t
crl_this_update(const struct crl *crl)
{
	return gnutls_x509_crl_get_this_update(crl->handle);
}

time_t
crl_next_update(const struct crl *crl)
{
	return gnutls_x509_crl_get_next_update(crl->handle);
}

bool
crl_number(const struct crl *crl, unsigned char *number, size_t *size)
{
	return gnutls_x509_crl_get_number(crl->handle, number, size, NULL) >= 0;
}
