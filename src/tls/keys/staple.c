/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An OCSP response for a certificate. */
#include "tls/keys/staple.h"

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"

enum { FILE_LIMIT = 64 * 1024, LEEWAY = 300 /* for clocks, seconds */ };

struct staple {
	char *path;
	gnutls_ocsp_resp_t response;
	gnutls_ocsp_data_st *sent; /* the library's form of it */
	unsigned status; /* gnutls_ocsp_cert_status_t */
	time_t begins, ends;
};

/* Parses the response. Returns a code of the library. */
static int
import_response(struct staple *staple, const gnutls_datum_t *data)
{
	int code = gnutls_ocsp_resp_init(&staple->response);

	if (code >= 0)
		code = gnutls_ocsp_resp_import2(
		    staple->response, data, GNUTLS_X509_FMT_DER);
	if (code < 0 && staple->response != NULL)
		code = gnutls_ocsp_resp_import2(
		    staple->response, data, GNUTLS_X509_FMT_PEM);
	if (code >= 0)
		code = gnutls_ocsp_resp_get_single(staple->response, 0, NULL, NULL,
		    NULL, NULL, &staple->status, &staple->begins, &staple->ends, NULL,
		    NULL);
	if (code >= 0)
		code =
		    gnutls_ocsp_resp_export(staple->response, &staple->sent->response);
	return code;
}

struct staple *
staple_load(const char *path, struct findings *findings)
{
	struct staple *staple = memory_new(sizeof *staple);
	char *data;
	size_t size;

	staple->path = memory_copy(path);
	staple->sent = memory_new(sizeof *staple->sent);
	if (file_read(path, FILE_LIMIT, &data, &size) < 0) {
		findings_read_error(findings, path, errno);
		staple_free(staple);
		return NULL;
	}
	int code = import_response(
	    staple, &(gnutls_datum_t){ (unsigned char *)data, (unsigned)size });
	free(data);
	if (code >= 0)
		return staple;
	findings_error(findings,
	    "%s: is not an OCSP response (%s): fetch it again, for example with "
	    "ocsptool --ask",
	    path, gnutls_strerror(code));
	staple_free(staple);
	return NULL;
}

void
staple_free(struct staple *staple)
{
	if (staple == NULL)
		return;
	if (staple->response != NULL)
		gnutls_ocsp_resp_deinit(staple->response);
	gnutls_free(staple->sent->response.data);
	free(staple->sent);
	free(staple->path);
	free(staple);
}

bool
staple_is_for(const struct staple *staple, const struct chain *chain)
{
	return gnutls_ocsp_resp_check_crt(staple->response, 0, chain->certs[0]) >= 0;
}

bool
staple_is_fresh(const struct staple *staple, time_t now)
{
	return staple->begins <= now + LEEWAY && now <= staple->ends;
}

time_t
staple_ends(const struct staple *staple)
{
	return staple->ends != (time_t)-1 ? staple->ends : 0;
}

void
staple_warn(const struct staple *staple, struct findings *findings)
{
	char date[CERTIFICATE_DATE_SIZE];

	if (staple->ends == (time_t)-1)
		findings_warning(findings,
		    "%s: has no next update, so it is not sent: fetch one that has it",
		    staple->path);
	else if (!staple_is_fresh(staple, time(NULL)))
		findings_warning(findings,
		    "%s: is stale since %s and is not sent: fetch it again",
		    staple->path, certificate_date(staple->ends, date));
}

static void
examine_signature(
    const struct staple *staple, const struct chain *chain, struct findings *findings)
{
	unsigned wrong = 0;

	if (chain->count < 2) {
		findings_warning(findings,
		    "%s: its signature is not checked because the chain lacks the "
		    "issuer's certificate: add it to the chain",
		    staple->path);
		return;
	}
	int code = gnutls_ocsp_resp_verify_direct(
	    staple->response, chain->certs[1], &wrong, 0);
	if (code < 0 || wrong != 0)
		findings_error(findings,
		    "%s: neither the certificate's issuer nor its delegate has signed "
		    "it: fetch it from the issuer's responder",
		    staple->path);
}

void
staple_examine(
    const struct staple *staple, const struct chain *chain, struct findings *findings)
{
	examine_signature(staple, chain, findings);
	if (staple->status != GNUTLS_OCSP_CERT_GOOD)
		findings_error(findings,
		    "%s: says that the certificate is %s: have a new one issued",
		    staple->path,
		    staple->status == GNUTLS_OCSP_CERT_REVOKED ? "revoked" : "unknown");
	staple_warn(staple, findings);
}

struct gnutls_ocsp_data_st *
staple_response(const struct staple *staple, time_t now)
{
	return staple_is_fresh(staple, now) ? staple->sent : NULL;
}
