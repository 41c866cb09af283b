/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks for a certificate in the list of its authority before it is renewed. */
#include "cert/command/revokedkey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "cert/crl/crl.h"
#include "cert/crl/crlreason.h"
#include "tls/x509/certificate.h"

/* True if a revocation for this reason means that others have the key (RFC 5280, 5.3.1). */
static bool
is_compromise(int reason)
{
	return reason == crlreason_number("keyCompromise") ||
	       reason == crlreason_number("cACompromise");
}

/* Judges the entry of the certificate; NULL if it has none. */
static int
judge_entry(const struct revokedkey_query *query, const struct crl_entry *entry,
    struct findings *findings)
{
	if (entry == NULL)
		return 0;
	if (!is_compromise(entry->reason)) {
		findings_warning(findings,
		    "%s: is revoked (%s), but the renewed certificate is valid: revoke "
		    "it "
		    "too unless that is intended",
		    query->file, crlreason_name(entry->reason));
		return 0;
	}
	if (query->new_key)
		return 0;
	findings_error(findings, "%s: its key is revoked as compromised: use --new-key",
	    query->file);
	return -1;
}

int
revokedkey_check(const struct revokedkey_query *query, struct findings *findings)
{
	struct crl crl = { 0 };
	char *data;
	size_t size;

	if (!certificate_is_signed_by(query->cert, query->authority))
		return 0;
	if (file_read(query->list, CRL_FILE_LIMIT, &data, &size) < 0) {
		if (errno == ENOENT)
			return 0;
		findings_read_error(findings, query->list, errno);
		return -1;
	}
	int result = crl_read(&crl, query->list, data, size, findings);
	free(data);
	if (result == 0 && crl_is_signed_by(&crl, query->authority))
		result = judge_entry(query, crl_find(&crl, query->cert), findings);
	crl_fini(&crl);
	return result;
}
