/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trust anchors, and the verification of a chain against them. */
#include "cert/command/anchors.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"

/* Fills the all-zero `anchors` from a file. */
static int
read_file(const char *file, struct chain *anchors, struct findings *findings)
{
	char *data;
	size_t size;

	if (file_read(file, PEM_FILE_LIMIT, &data, &size) < 0) {
		findings_read_error(findings, file, errno);
		return -1;
	}
	int result = chain_read(anchors, file, data, size, findings);
	free(data);
	return result;
}

/* Returns the reason of a failure: the most telling bit of `status`. */
static const char *
explain_status(unsigned status)
{
	static const struct {
		unsigned bit;
		const char *text;
	} reasons[] = {
		{ GNUTLS_CERT_EXPIRED, "a certificate of the chain has expired" },
		{ GNUTLS_CERT_NOT_ACTIVATED,
		    "a certificate of the chain is not yet valid" },
		{ GNUTLS_CERT_SIGNATURE_FAILURE, "a signature in the chain is wrong" },
		{ GNUTLS_CERT_INSECURE_ALGORITHM,
		    "a certificate of the chain has a weak key or signature" },
		{ GNUTLS_CERT_SIGNER_NOT_CA, "the issuer is not an authority" },
		{ GNUTLS_CERT_PURPOSE_MISMATCH, "it is for another purpose" },
		{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
		    "the issuer may not issue such a certificate" },
		{ GNUTLS_CERT_REVOKED, "a certificate of the chain is revoked" },
		{ GNUTLS_CERT_SIGNER_NOT_FOUND,
		    "its issuer is unknown there: add the certificates between them, "
		    "if any are missing" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (status & reasons[i].bit)
			return reasons[i].text;
	return "GnuTLS gives no reason";
}

/* Returns why `list` does not trust the chain for `purpose`, or NULL if it does. */
static const char *
find_fault(
    gnutls_x509_trust_list_t list, const struct chain *chain, const char *purpose)
{
	char *oid = memory_copy(purpose);
	gnutls_typed_vdata_st wanted = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)oid };
	unsigned status = 0;

	int code = gnutls_x509_trust_list_verify_crt2(
	    list, chain->certs, (unsigned)chain->count, &wanted, 1, 0, &status, NULL);
	free(oid);
	if (code < 0)
		return gnutls_strerror(code);
	return status != 0 ? explain_status(status) : NULL;
}

static int
add_system(gnutls_x509_trust_list_t list, struct findings *findings)
{
	if (gnutls_x509_trust_list_add_system_trust(list, 0, 0) > 0)
		return 0;
	findings_error(
	    findings, "the system trusts no authority: install ca-certificates");
	return -1;
}

static int
add_file(gnutls_x509_trust_list_t list, const char *file, struct findings *findings)
{
	struct chain trusted = { 0 };
	int result = read_file(file, &trusted, findings);

	if (result == 0) {
		gnutls_x509_trust_list_add_cas(
		    list, trusted.certs, (unsigned)trusted.count, 0);
		trusted.count = 0; /* `list` owns them now */
	}
	chain_fini(&trusted);
	return result;
}

enum anchors_result
anchors_verify(const char *anchors, const struct chain *chain, const char *purpose,
    const char *file, struct findings *findings)
{
	gnutls_x509_trust_list_t list = NULL;
	bool system = strcmp(anchors, "system") == 0;
	enum anchors_result result = ANCHORS_UNREADABLE;

	if (gnutls_x509_trust_list_init(&list, 0) < 0) {
		findings_error(findings, "%s: cannot be verified: out of memory", file);
		return ANCHORS_UNREADABLE;
	}
	int ready =
	    system ? add_system(list, findings) : add_file(list, anchors, findings);
	if (ready == 0) {
		const char *fault = find_fault(list, chain, purpose);
		result = fault == NULL ? ANCHORS_TRUSTED : ANCHORS_UNTRUSTED;
		if (fault != NULL)
			findings_error(findings, "%s: is not trusted by %s: %s", file,
			    system ? "the system" : anchors, fault);
	}
	gnutls_x509_trust_list_deinit(list, 1);
	return result;
}
