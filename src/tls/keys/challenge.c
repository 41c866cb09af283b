/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate for a challenge of a certificate authority. */
#include "tls/keys/challenge.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/file/safepath.h"
#include "base/memory/memory.h"
#include "base/memory/shortage.h"

#define HOST_SIZE_MAX 253 /* RFC 1035, 2.3.4, as text without the dot at the end */
#define LABEL_SIZE_MAX 63
#define FILE_SIZE_MAX \
	((size_t)64 << 10) /* bytes; several times what an RSA key needs */
#define ACME_IDENTIFIER "1.3.6.1.5.5.7.1.31" /* RFC 8737, 3 */
#define IDENTIFIER_SIZE (2 + 32) /* its value: tag, length, and a SHA-256 */

/* One of the two files. */
struct pem {
	char name[HOST_SIZE_MAX + sizeof ".crt.pem"];
	char *data;
	size_t size;
};

bool
challenge_is_plain_host(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t size = strlen(host);

	if (size > HOST_SIZE_MAX)
		return false;
	for (;;) {
		size_t label = strspn(host, letters);
		if (label == 0 || label > LABEL_SIZE_MAX)
			return false;
		if (host[label] == '\0')
			return true;
		if (host[label] != '.')
			return false;
		host += label + 1;
	}
}

/* Returns the class for `error`, an errno. */
static enum failure
classify_error(int error)
{
	return shortage_is_cause(error) ? FAILURE_INTERNAL : FAILURE_ACME;
}

/* Writes the reason for an error of the library. Returns its class. */
static enum failure
fail_by_library(int code, const struct pem *pem, char *reason)
{
	snprintf(reason, CHALLENGE_REASON_SIZE, "acme-dir: %.80s: %s", pem->name,
	    gnutls_strerror(code));
	return code == GNUTLS_E_MEMORY_ERROR ? FAILURE_INTERNAL : FAILURE_ACME;
}

static enum failure
read_pem(
    int folder, const char *host, const char *suffix, struct pem *pem, char *reason)
{
	snprintf(pem->name, sizeof pem->name, "%s%s", host, suffix);
	if (file_read_in(folder, pem->name, FILE_SIZE_MAX, &pem->data, &pem->size) == 0)
		return FAILURE_NONE;
	int error = errno;
	snprintf(reason, CHALLENGE_REASON_SIZE, "acme-dir: %.80s: %s", pem->name,
	    strerrordesc_np(error));
	return classify_error(error);
}

/* Reads both files. The caller frees what was read, also after a failure. */
static enum failure
read_pair(
    const char *path, const char *host, struct pem *cert, struct pem *key, char *reason)
{
	int folder = safepath_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

	if (folder < 0) {
		int error = errno;
		snprintf(reason, CHALLENGE_REASON_SIZE, "acme-dir: %.80s: %s", path,
		    strerrordesc_np(error));
		return classify_error(error);
	}
	enum failure failure = read_pem(folder, host, ".crt.pem", cert, reason);
	if (failure == FAILURE_NONE)
		failure = read_pem(folder, host, ".key.pem", key, reason);
	close(folder);
	return failure;
}

/* Reads the value of the extension of the first certificate. Returns 0, or a code of the library,
 * also if the value has another size than the only valid one. */
static int
read_identifier(gnutls_certificate_credentials_t credentials)
{
	unsigned char value[IDENTIFIER_SIZE];
	size_t size = sizeof value;
	gnutls_x509_crt_t cert;
	gnutls_datum_t der;
	unsigned critical;
	int code = gnutls_certificate_get_crt_raw(credentials, 0, 0, &der);

	if (code < 0 || (code = gnutls_x509_crt_init(&cert)) < 0)
		return code;
	code = gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER);
	if (code >= 0)
		code = gnutls_x509_crt_get_extension_by_oid(
		    cert, ACME_IDENTIFIER, 0, value, &size, &critical);
	gnutls_x509_crt_deinit(cert);
	return code >= 0 && size < sizeof value ? GNUTLS_E_SHORT_MEMORY_BUFFER : code;
}

static enum failure
check_certificate(
    gnutls_certificate_credentials_t credentials, const struct pem *cert, char *reason)
{
	int code = read_identifier(credentials);

	if (code >= 0)
		return FAILURE_NONE;
	if (code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
	    code != GNUTLS_E_SHORT_MEMORY_BUFFER)
		return fail_by_library(code, cert, reason);
	snprintf(reason, CHALLENGE_REASON_SIZE,
	    "acme-dir: %.80s: is not for a challenge: it has no acmeIdentifier",
	    cert->name);
	return FAILURE_ACME;
}

static gnutls_datum_t
datum_of(const struct pem *pem)
{
	return (gnutls_datum_t){ (unsigned char *)pem->data, (unsigned)pem->size };
}

/* Puts certificates into `credentials` with their key. Returns 0 or a code of the library, whose
 * function for both files leaks a certificate that it cannot parse. */
static int
set_pair(gnutls_certificate_credentials_t credentials, gnutls_x509_crt_t *certs,
    unsigned count, const struct pem *pem)
{
	const gnutls_datum_t data = datum_of(pem);
	gnutls_x509_privkey_t key;
	int code = gnutls_x509_privkey_init(&key);

	if (code < 0)
		return code;
	code = gnutls_x509_privkey_import(key, &data, GNUTLS_X509_FMT_PEM);
	if (code >= 0)
		code = gnutls_certificate_set_x509_key(
		    credentials, certs, (int)count, key);
	gnutls_x509_privkey_deinit(key);
	return code;
}

static int
import_pair(gnutls_certificate_credentials_t credentials, const struct pem *cert,
    const struct pem *key)
{
	const gnutls_datum_t data = datum_of(cert);
	gnutls_x509_crt_t *certs;
	unsigned count;
	int code =
	    gnutls_x509_crt_list_import2(&certs, &count, &data, GNUTLS_X509_FMT_PEM, 0);

	if (code < 0)
		return code;
	code = set_pair(credentials, certs, count, key);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
	return code;
}

static enum failure
make_credentials(const struct pem *cert, const struct pem *key,
    gnutls_certificate_credentials_t *credentials, char *reason)
{
	int code = gnutls_certificate_allocate_credentials(credentials);

	if (code < 0)
		return fail_by_library(code, cert, reason);
	code = import_pair(*credentials, cert, key);
	enum failure failure = code < 0 ? fail_by_library(code, cert, reason)
	                                : check_certificate(*credentials, cert, reason);
	if (failure != FAILURE_NONE)
		gnutls_certificate_free_credentials(*credentials);
	return failure;
}

static void
wipe_pem(struct pem *pem)
{
	memory_wipe(pem->data, pem->size);
	free(pem->data);
}

enum failure
challenge_load(const char *folder, const char *host,
    struct gnutls_certificate_credentials_st **credentials,
    char reason[CHALLENGE_REASON_SIZE])
{
	struct pem cert = { .data = NULL }, key = { .data = NULL };

	if (!challenge_is_plain_host(host)) {
		snprintf(reason, CHALLENGE_REASON_SIZE,
		    "the client did not name a host in lower-case letters, digits and "
		    "hyphens");
		return FAILURE_ACME;
	}
	enum failure failure = read_pair(folder, host, &cert, &key, reason);
	if (failure == FAILURE_NONE)
		failure = make_credentials(&cert, &key, credentials, reason);
	wipe_pem(&cert);
	wipe_pem(&key);
	return failure;
}
