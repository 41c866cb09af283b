/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate chain: read from PEM, arranged, examined. */
#include "tls/x509/chain.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "tls/x509/certificate.h"
#include "tls/x509/pem.h"

enum { DAY = 86400 };

static void
append_cert(struct chain *chain, gnutls_x509_crt_t cert)
{
	chain->certs =
	    memory_resize(chain->certs, (chain->count + 1) * sizeof(gnutls_x509_crt_t));
	chain->certs[chain->count++] = cert;
}

void
chain_fini(struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		gnutls_x509_crt_deinit(chain->certs[i]);
	free(chain->certs);
	*chain = (struct chain){ 0 };
}

/* Explains the library's code for a certificate. If the text is intact, the issuer may have
 * encoded it wrongly. */
static void
report_unreadable(const char *file, const struct pem_block *block, int code,
    struct findings *findings)
{
	if (code == GNUTLS_E_X509_UNKNOWN_SAN)
		findings_error(findings,
		    "%s: the certificate that begins in line %u has an empty "
		    "alternative name, or one of an unknown kind, which GnuTLS does "
		    "not read: have it issued again without that name",
		    file, block->line);
	else
		findings_error(findings,
		    "%s: the certificate that begins in line %u is damaged or "
		    "malformed (%s): copy it again, or have it issued again",
		    file, block->line, gnutls_strerror(code));
}

/* Reads one certificate. Returns NULL with an error. */
static gnutls_x509_crt_t
import_cert(const char *file, const struct pem_block *block, struct findings *findings)
{
	gnutls_datum_t datum = { pem_copy(block), (unsigned)block->size };
	gnutls_x509_crt_t cert = NULL;
	int code = gnutls_x509_crt_init(&cert);

	if (code >= 0)
		code = gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_PEM);
	free(datum.data);
	if (code >= 0)
		return cert;
	report_unreadable(file, block, code, findings);
	gnutls_x509_crt_deinit(cert);
	return NULL;
}

static void
add_block(struct chain *chain, const char *file, const struct pem_block *block,
    struct findings *findings)
{
	gnutls_x509_crt_t cert;

	if (!block->complete) {
		findings_error(findings,
		    "%s: the certificate that begins in line %u has no end line: the "
		    "file was cut off: copy it again",
		    file, block->line);
		return;
	}
	cert = import_cert(file, block, findings);
	if (cert != NULL)
		append_cert(chain, cert);
}

/* Reports the lack of a certificate among the blocks, the last of which is `other`. */
static void
report_no_certificate(
    const char *file, const struct pem_block *other, struct findings *findings)
{
	if (pem_is_private_key(other))
		findings_error(findings,
		    "%s: no certificate in it, only a private key: name the "
		    "certificate's file (are cert and key swapped?)",
		    file);
	else if (pem_is(other, "CERTIFICATE REQUEST") ||
		 pem_is(other, "NEW CERTIFICATE REQUEST"))
		findings_error(findings,
		    "%s: no certificate in it, only a request for one: name the file "
		    "that the certification authority sent back",
		    file);
	else if (pem_is(other, "TRUSTED CERTIFICATE"))
		findings_error(findings,
		    "%s: contains a TRUSTED CERTIFICATE: convert it with openssl x509 "
		    "-in %s -out %s.pem",
		    file, file, file);
	else if (pem_is(other, "PUBLIC KEY") || pem_is(other, "RSA PUBLIC KEY"))
		findings_error(findings,
		    "%s: no certificate in it, only a public key: name the file that "
		    "the certification authority sent",
		    file);
	else if (pem_is_pkcs7(other))
		findings_error(findings,
		    "%s: is PKCS#7: convert it with openssl pkcs7 -print_certs -in %s "
		    "-out %s.pem",
		    file, file, file);
	else
		findings_error(findings,
		    "%s: no certificate in it, only %s: name the certificate's file",
		    file, other->label);
}

int
chain_read(struct chain *chain, const char *file, const char *data, size_t size,
    struct findings *findings)
{
	struct pem_block block, other = { 0 };
	size_t offset = 0, errors = findings->errors;
	bool certificates = false;

	while (pem_next(data, size, &offset, &block)) {
		if (pem_is_certificate(&block)) {
			certificates = true;
			add_block(chain, file, &block, findings);
		} else {
			other = block;
		}
	}
	if (!certificates && other.text != NULL)
		report_no_certificate(file, &other, findings);
	else if (!certificates)
		pem_report_none(file, data, size, "x509", findings);
	return findings->errors == errors ? 0 : -1;
}

/* Returns the index of the certificate, not yet `used`, that signed `cert`, or chain->count.
 * The search begins at `start` and wraps around. */
static size_t
find_issuer(
    const struct chain *chain, const bool *used, gnutls_x509_crt_t cert, size_t start)
{
	for (size_t i = 0; i < chain->count; i++) {
		size_t place = (start + i) % chain->count;
		if (!used[place] && certificate_is_signed_by(cert, chain->certs[place]))
			return place;
	}
	return chain->count;
}

/* Reports the problem of `cert`, number `place`, that no link of the chain needs. */
static void
report_stranger(const struct chain *arranged, gnutls_x509_crt_t cert, size_t place,
    const char *file, struct findings *findings)
{
	char *subject = certificate_subject(cert);
	gnutls_x509_crt_t last = arranged->certs[arranged->count - 1];
	bool repeated = false;

	for (size_t i = 0; i < arranged->count; i++)
		repeated =
		    repeated || gnutls_x509_crt_equals(arranged->certs[i], cert) != 0;
	if (repeated)
		findings_warning(findings,
		    "%s: certificate %zu, %s, occurs twice: remove one", file,
		    place + 1, subject);
	else if (!certificate_is_self_issued(last) &&
		 certificate_names_issuer(last, cert))
		findings_warning(findings,
		    "%s: certificate %zu, %s, has the issuer's name but not the key "
		    "that signed, so it is not sent: replace it with the issuer's "
		    "current certificate",
		    file, place + 1, subject);
	else
		findings_warning(findings,
		    "%s: certificate %zu, %s, does not belong to the chain and is not "
		    "sent: remove it",
		    file, place + 1, subject);
	free(subject);
}

/* Moves the chain's links in order to `arranged`. Returns true if that was the file's order. */
static bool
arrange_links(struct chain *chain, bool *used, struct chain *arranged)
{
	bool ordered = true;
	size_t place = 0;

	while (place < chain->count) {
		gnutls_x509_crt_t cert = chain->certs[place];
		size_t next = chain->count;

		used[place] = true;
		append_cert(arranged, cert);
		if (!certificate_is_self_issued(cert))
			next = find_issuer(chain, used, cert, place);
		ordered = ordered && next > place;
		place = next;
	}
	return ordered;
}

void
chain_arrange(struct chain *chain, const char *file, struct findings *findings)
{
	struct chain arranged = { 0 };
	bool *used = memory_new(chain->count * sizeof *used);

	if (!arrange_links(chain, used, &arranged))
		findings_warning(findings,
		    "%s: the chain is out of order and is sent in the right order: put "
		    "each certificate before the one that signed it",
		    file);
	for (size_t i = 0; i < chain->count; i++) {
		if (used[i])
			continue;
		report_stranger(&arranged, chain->certs[i], i, file, findings);
		gnutls_x509_crt_deinit(chain->certs[i]);
	}
	free(used);
	free(chain->certs);
	*chain = arranged;
}

/* Returns the name of the certificate at `place` for messages. The caller frees it. */
static char *
name_link(const struct chain *chain, size_t place)
{
	if (place == 0)
		return memory_copy("the certificate");
	char *subject = certificate_subject(chain->certs[place]);
	char *name = memory_format("the issuer's certificate %s", subject);
	free(subject);
	return name;
}

static void
examine_end(gnutls_x509_crt_t cert, const char *who, const char *file, int64_t days,
    struct findings *findings)
{
	char date[CERTIFICATE_DATE_SIZE];
	const time_t now = time(NULL), end = gnutls_x509_crt_get_expiration_time(cert);
	const int64_t left = ((int64_t)end - now) / DAY;

	certificate_date(end, date);
	if (end < now)
		findings_warning(
		    findings, "%s: %s expired on %s: renew it", file, who, date);
	else if (left < days)
		findings_warning(findings,
		    "%s: %s ends in %" PRId64 " day%s, on %s: renew it", file, who,
		    left, text_plural((uint64_t)left), date);
}

static void
examine_begin(gnutls_x509_crt_t cert, const char *who, const char *file,
    struct findings *findings)
{
	const time_t start = gnutls_x509_crt_get_activation_time(cert);

	if (start > time(NULL)) {
		char date[CERTIFICATE_DATE_SIZE];
		findings_warning(findings,
		    "%s: %s is not valid before %s: check the clock, or wait", file,
		    who, certificate_date(start, date));
	}
}

void
chain_examine(const struct chain *chain, const char *file, struct findings *findings)
{
	for (size_t i = 0; i < chain->count; i++) {
		gnutls_x509_crt_t cert = chain->certs[i];
		const char *weak = certificate_weak_hash(cert);
		char *who = name_link(chain, i);

		examine_end(cert, who, file, 0, findings);
		examine_begin(cert, who, file, findings);
		/* Clients do not verify the signature of a root. */
		if (weak != NULL && (i == 0 || !certificate_is_self_issued(cert)))
			findings_warning(findings,
			    "%s: %s is signed with %s, which clients refuse: have a "
			    "new one issued with SHA-256",
			    file, who, weak);
		free(who);
	}
}

void
chain_warn(const struct chain *chain, const char *file, int64_t days,
    struct findings *findings)
{
	for (size_t i = 0; i < chain->count; i++) {
		char *who = name_link(chain, i);
		examine_end(chain->certs[i], who, file, days, findings);
		free(who);
	}
}

size_t
chain_first_to_end(const struct chain *chain)
{
	size_t first = 0;

	for (size_t i = 1; i < chain->count; i++)
		if (gnutls_x509_crt_get_expiration_time(chain->certs[i]) <
		    gnutls_x509_crt_get_expiration_time(chain->certs[first]))
			first = i;
	return first;
}

size_t
chain_last_to_begin(const struct chain *chain)
{
	size_t last = 0;

	for (size_t i = 1; i < chain->count; i++)
		if (gnutls_x509_crt_get_activation_time(chain->certs[i]) >
		    gnutls_x509_crt_get_activation_time(chain->certs[last]))
			last = i;
	return last;
}
