/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authorities whose certificates are accepted from clients. */
#include "tls/clientauth/trust.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/file/readerror.h"
#include "tls/x509/certificate.h"
#include "tls/x509/certpath.h"
#include "tls/x509/pem.h"
#include "tls/clientauth/refusal.h"

enum { DAY = 86400 };

struct trust {
	struct chain anchors;
};

enum { VERIFY_FLAGS = GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM) };

/* True if the certificate has a critical extension that the library refuses in an issuer. */
static bool
has_unknown_extension(gnutls_x509_crt_t cert)
{
	unsigned status = 0;
	int code = gnutls_x509_crt_list_verify(&cert, 1, &cert, 1, NULL, 0,
	    VERIFY_FLAGS | GNUTLS_VERIFY_DO_NOT_ALLOW_SAME, &status);

	return code >= 0 && (status & GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS) != 0;
}

static void
report_unknown_extension(gnutls_x509_crt_t cert, const char *file, const char *subject,
    struct findings *findings)
{
	char *extension = certificate_unknown_extension(cert);

	findings_error(findings,
	    "ca-file: %s: %s has the critical extension %s, which is not supported, so "
	    "it cannot certify clients: have it issued again without it",
	    file, subject, extension != NULL ? extension : "?");
	free(extension);
}

static void
examine_anchor(gnutls_x509_crt_t cert, const char *file, struct findings *findings)
{
	char *subject = certificate_subject(cert);
	time_t start = gnutls_x509_crt_get_activation_time(cert);

	if (gnutls_x509_crt_get_version(cert) < 3)
		findings_error(findings,
		    "ca-file: %s: %s is a certificate of X.509 version %d, which "
		    "cannot be an authority's: have it issued again in version 3 with "
		    "basicConstraints CA:TRUE",
		    file, subject, gnutls_x509_crt_get_version(cert));
	else if (gnutls_x509_crt_get_ca_status(cert, NULL) <= 0)
		findings_error(findings,
		    "ca-file: %s: %s is not an authority's certificate: put its "
		    "issuer's here, and a client's own in authorized-certs",
		    file, subject);
	else if (!certificate_permits(cert, GNUTLS_KEY_KEY_CERT_SIGN))
		findings_error(findings,
		    "ca-file: %s: the key usage of %s lacks keyCertSign, so it cannot "
		    "certify clients: have it issued again with that usage",
		    file, subject);
	else if (has_unknown_extension(cert))
		report_unknown_extension(cert, file, subject, findings);
	if (start > time(NULL)) {
		char date[CERTIFICATE_DATE_SIZE];
		findings_warning(findings,
		    "ca-file: %s: %s is not valid before %s: check the clock, or wait",
		    file, subject, certificate_date(start, date));
	}
	free(subject);
}

static void
add_anchor(struct chain *anchors, gnutls_x509_crt_t cert)
{
	anchors->certs = memory_resize(
	    anchors->certs, (anchors->count + 1) * sizeof *anchors->certs);
	anchors->certs[anchors->count++] = cert;
}

/* Takes the certificates over from `read`. */
static void
take_over_anchors(struct trust *trust, struct chain *read, const char *file,
    struct findings *findings)
{
	for (size_t i = 0; i < read->count; i++) {
		examine_anchor(read->certs[i], file, findings);
		add_anchor(&trust->anchors, read->certs[i]);
	}
	free(read->certs);
}

static void
load_file(struct trust *trust, const char *file, struct findings *findings)
{
	struct chain read = { 0 };
	struct findings found;
	char *data;
	size_t size;

	if (file_read(file, PEM_FILE_LIMIT, &data, &size) < 0) {
		char *why = readerror_why(file, errno);
		findings_error(findings, "ca-file: %s", why);
		free(why);
		return;
	}
	findings_init(&found);
	chain_read(&read, file, data, size, &found);
	findings_move(findings, &found, "ca-file");
	free(data);
	take_over_anchors(trust, &read, file, findings);
}

struct trust *
trust_new(const struct stringlist *files, struct findings *findings)
{
	struct trust *trust = memory_new(sizeof *trust);
	size_t errors = findings->errors;

	for (size_t i = 0; i < files->count; i++)
		load_file(trust, files->items[i], findings);
	if (findings->errors == errors)
		return trust;
	trust_free(trust);
	return NULL;
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	chain_fini(&trust->anchors);
	free(trust);
}

struct hash {
	unsigned char bytes[TRUST_DIGEST_SIZE];
};

static int
compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static int
hash_anchors(const struct chain *anchors, struct hash *hashes)
{
	for (size_t i = 0; i < anchors->count; i++) {
		size_t size = sizeof hashes[i];
		if (gnutls_x509_crt_get_fingerprint(
			anchors->certs[i], GNUTLS_DIG_SHA256, &hashes[i], &size) < 0)
			return -1;
	}
	return 0;
}

/* Sorts them and removes duplicates. Returns how many are left. */
static size_t
order_hashes(struct hash *hashes, size_t count)
{
	size_t kept = 0;

	qsort(hashes, count, sizeof *hashes, compare_hashes);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare_hashes(&hashes[kept - 1], &hashes[i]) != 0)
			hashes[kept++] = hashes[i];
	return kept;
}

int
trust_digest(const struct trust *trust, unsigned char digest[TRUST_DIGEST_SIZE])
{
	size_t count = trust->anchors.count;
	struct hash *hashes = memory_new((count + 1) * sizeof *hashes);
	int code = hash_anchors(&trust->anchors, hashes);

	if (code == 0) {
		count = order_hashes(hashes, count);
		code = gnutls_hash_fast(
		    GNUTLS_DIG_SHA256, hashes, count * sizeof *hashes, digest);
	}
	free(hashes);
	return code < 0 ? -1 : 0;
}

static void
warn_of_end(gnutls_x509_crt_t cert, int64_t days, struct findings *findings)
{
	char date[CERTIFICATE_DATE_SIZE];
	const time_t now = time(NULL), end = gnutls_x509_crt_get_expiration_time(cert);

	if (end >= now && ((int64_t)end - now) / DAY >= days)
		return;
	char *subject = certificate_subject(cert);
	findings_warning(findings,
	    "ca-file: %s %s on %s, after which every certificate that it issued is "
	    "refused: add its successor",
	    subject, end < now ? "expired" : "ends", certificate_date(end, date));
	free(subject);
}

void
trust_warn(const struct trust *trust, int64_t days, struct findings *findings)
{
	for (size_t i = 0; i < trust->anchors.count; i++)
		warn_of_end(trust->anchors.certs[i], days, findings);
}

time_t
trust_next_end(const struct trust *trust, time_t now)
{
	time_t next = 0;

	for (size_t i = 0; i < trust->anchors.count; i++)
		next = certificate_next_end(next,
		    gnutls_x509_crt_get_expiration_time(trust->anchors.certs[i]), now);
	return next;
}

const struct chain *
trust_anchors(const struct trust *trust)
{
	return &trust->anchors;
}

void
trust_drop(struct trust *trust, size_t i)
{
	struct chain *anchors = &trust->anchors;
	gnutls_x509_crt_t cert = anchors->certs[i];

	for (anchors->count--; i < anchors->count; i++)
		anchors->certs[i] = anchors->certs[i + 1];
	gnutls_x509_crt_deinit(cert);
}

void
trust_find_paths(
    const struct trust *trust, const struct chain *sent, struct certpaths *paths)
{
	certpaths_find(paths, sent, &trust->anchors);
}

enum { UNSIGNED = GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNATURE_FAILURE };

/* The library's findings, the most serious first. */
static const struct {
	unsigned status;
	enum failure failure;
	unsigned alert;
	const char *reason;
} verdicts[] = {
	{ UNSIGNED, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
	    "the signature is not by the key of the issuer with that name" },
	{ GNUTLS_CERT_SIGNER_NOT_CA, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNKNOWN_CA,
	    "the issuer of the certificate is not an authority" },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, FAILURE_CERT_UNTRUSTED,
	    GNUTLS_A_BAD_CERTIFICATE, "the issuer may not issue such a certificate" },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, FAILURE_CERT_UNTRUSTED,
	    GNUTLS_A_BAD_CERTIFICATE, "a key or signature is too weak" },
	{ GNUTLS_CERT_NOT_ACTIVATED, FAILURE_CERT_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED,
	    "the certificate, or an issuer's, is not valid yet" },
	{ GNUTLS_CERT_EXPIRED, FAILURE_CERT_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED,
	    "the certificate, or an issuer's, has expired" },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, FAILURE_CERT_PURPOSE,
	    GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	    "the certificate is not for client authentication" },
	{ GNUTLS_CERT_INVALID, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
	    "the certificate does not verify" },
};

static void
refuse_by_status(unsigned status, struct refusal *refusal)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
		if ((status & verdicts[i].status) != 0) {
			refusal_set(refusal, verdicts[i].failure, verdicts[i].alert,
			    "%s", verdicts[i].reason);
			return;
		}
}

/* Names the critical extension that the library refuses. Returns false if there is none. */
static bool
blame_extension(const struct certpath *path, struct refusal *refusal)
{
	char *extension = NULL;
	size_t i = 0;

	while (i < path->count && extension == NULL)
		extension = certificate_unknown_extension(path->certs[i++]);
	if (extension == NULL)
		return false;
	refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	    "%s has the critical extension %s, which is not supported",
	    i == 1 ? "the certificate" : "an issuer's certificate", extension);
	free(extension);
	return true;
}

/* Reports an issuer's certificate whose version is too old to mark an issuer. Returns false if
 * there is none. */
static bool
blame_version(const struct certpath *path, struct refusal *refusal)
{
	for (size_t i = 1; i < path->count; i++) {
		int version = gnutls_x509_crt_get_version(path->certs[i]);
		if (version >= 3)
			continue;
		refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_UNKNOWN_CA,
		    "an issuer's certificate is of X.509 version %d, not 3", version);
		return true;
	}
	return false;
}

static void
refuse_with_reason(
    const struct certpath *path, unsigned status, struct refusal *refusal)
{
	if ((status & UNSIGNED) == 0) {
		if ((status & GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS) != 0 &&
		    blame_extension(path, refusal))
			return;
		if ((status & GNUTLS_CERT_SIGNER_NOT_CA) != 0 &&
		    blame_version(path, refusal))
			return;
	}
	refuse_by_status(status, refusal);
}

/* True if each certificate but the trust anchor is for client authentication. Without this
 * check a server's certificate would be accepted too. */
static bool
is_for_clients(const struct certpath *path, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!gnutls_x509_crt_check_key_purpose(path->certs[i],
			GNUTLS_KP_TLS_WWW_CLIENT,
			i > 0 ? GNUTLS_KP_FLAG_DISALLOW_ANY : 0))
			return false;
	return true;
}

enum trust_verdict
trust_verify(const struct certpath *path, struct refusal *refusal)
{
	size_t count = path->count > 1 ? path->count - 1 : 1; /* without the anchor */
	unsigned status = 0;
	int code = gnutls_x509_crt_list_verify(path->certs, (unsigned)count,
	    &path->certs[path->count - 1], 1, NULL, 0, VERIFY_FLAGS, &status);

	if (code < 0) {
		refusal_set(refusal, FAILURE_CERT_UNTRUSTED, GNUTLS_A_BAD_CERTIFICATE,
		    "the certificate cannot be verified: %s", gnutls_strerror(code));
		return TRUST_INVALID;
	}
	if (!is_for_clients(path, count))
		status |= GNUTLS_CERT_PURPOSE_MISMATCH;
	if (status == 0)
		return TRUST_VALID;
	refuse_with_reason(path, status, refusal);
	return (status & UNSIGNED) != 0 ? TRUST_UNSIGNED : TRUST_INVALID;
}

size_t
trust_names_size(const struct trust *trust)
{
	size_t size = 0;

	for (size_t i = 0; i < trust->anchors.count; i++) {
		gnutls_datum_t name;
		if (gnutls_x509_crt_get_raw_dn(trust->anchors.certs[i], &name) < 0)
			continue;
		size += 2 + name.size;
		gnutls_free(name.data);
	}
	return size;
}

int
trust_announce(const struct trust *trust, gnutls_certificate_credentials_t credentials)
{
	if (trust_names_size(trust) > TRUST_NAMES_MAX)
		return 0;
	return gnutls_certificate_set_x509_trust(
		   credentials, trust->anchors.certs, (int)trust->anchors.count) < 0
	           ? -1
	           : 0;
}
