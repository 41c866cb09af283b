/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certification authority that can sign. */
#include "cert/issue/authority.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/file/readerror.h"
#include "tls/x509/certificate.h"
#include "tls/x509/pem.h"
#include "tls/keys/privatekey.h"
#include "tls/keys/secret.h"

/* Reads `file`. Returns NULL after an error. */
static char *
read_file(const char *file, size_t *size, struct findings *findings)
{
	char *data;

	if (file_read(file, PEM_FILE_LIMIT, &data, size) == 0)
		return data;
	char *why = readerror_why(file, errno);
	findings_error(findings, "%s (make an authority with tlscert ca)", why);
	free(why);
	return NULL;
}

static void
read_cert(struct authority *authority, const char *file, struct findings *findings)
{
	size_t size;
	char *data = read_file(file, &size, findings);

	if (data != NULL &&
	    chain_read(&authority->chain, file, data, size, findings) == 0)
		chain_arrange(&authority->chain, file, findings);
	free(data);
}

static void
read_key(struct authority *authority, const struct authority_files *files,
    struct findings *findings)
{
	size_t size;
	char *data = read_file(files->key, &size, findings);

	if (data == NULL)
		return;
	authority->key =
	    privatekey_read(files->key, data, size, files->pin_file, findings);
	secret_check_rights(files->key, "the private key", findings);
	memory_wipe(data, size);
	free(data);
}

/* True if its basic constraints, and its key usage if it has one, let it sign certificates (RFC
 * 5280, 4.2.1.3 and 4.2.1.9). */
static bool
may_certify(gnutls_x509_crt_t cert)
{
	return gnutls_x509_crt_get_ca_status(cert, NULL) > 0 &&
	       certificate_permits(cert, GNUTLS_KEY_KEY_CERT_SIGN);
}

static void
examine_pair(const struct authority *authority, const struct authority_files *files,
    struct findings *findings)
{
	gnutls_x509_crt_t cert = authority->chain.certs[0];
	time_t end = gnutls_x509_crt_get_expiration_time(cert);

	if (!privatekey_matches(authority->key, cert))
		findings_error(findings,
		    "%s: the key in %s does not belong to the certificate: name the "
		    "pair that was made together",
		    files->cert, files->key);
	if (!may_certify(cert))
		findings_error(findings,
		    "%s: is not an authority and may not sign others: make one with "
		    "tlscert ca",
		    files->cert);
	if (end <= time(NULL)) {
		char date[CERTIFICATE_DATE_SIZE];
		findings_error(findings,
		    "%s: the authority expired on %s: make a new one with tlscert ca",
		    files->cert, certificate_date(end, date));
	}
}

int
authority_load(struct authority *authority, const struct authority_files *files,
    struct findings *findings)
{
	size_t errors = findings->errors;

	read_cert(authority, files->cert, findings);
	read_key(authority, files, findings);
	if (findings->errors == errors)
		examine_pair(authority, files, findings);
	return findings->errors == errors ? 0 : -1;
}

int
authority_load_above(struct authority *authority, const struct authority_files *files,
    struct findings *findings)
{
	int path_length = -1;

	if (authority_load(authority, files, findings) < 0)
		return -1;
	gnutls_x509_crt_get_basic_constraints(
	    authority->chain.certs[0], NULL, NULL, &path_length);
	if (path_length != 0)
		return 0;
	findings_error(findings,
	    "%s: its path length is 0, so it may not certify another authority: use "
	    "one without that limit",
	    files->cert);
	return -1;
}

void
authority_fini(struct authority *authority)
{
	chain_fini(&authority->chain);
	gnutls_x509_privkey_deinit(authority->key);
	authority->key = NULL;
}
