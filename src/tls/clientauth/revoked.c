/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that authorities have revoked: their lists, from files. */
#include "tls/clientauth/revoked.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/file/readerror.h"
#include "tls/clientauth/revocationlist.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"

/* Lists of large authorities have a million entries. */
#define CRL_FILE_LIMIT ((size_t)64 << 20)

struct revoked {
	struct revocationlist *lists;
	size_t count;
};

static void
add_list(struct revoked *revoked, gnutls_x509_crl_t crl, const struct chain *anchors,
    const char *file, struct findings *findings)
{
	struct revocationlist list;

	if (!revocationlist_read(&list, crl, anchors, file, findings))
		return;
	revoked->lists = memory_resize(
	    revoked->lists, (revoked->count + 1) * sizeof *revoked->lists);
	revoked->lists[revoked->count++] = list;
}

static void
add_block(struct revoked *revoked, const struct pem_block *block,
    const struct chain *anchors, const char *file, struct findings *findings)
{
	gnutls_datum_t datum = { pem_copy(block), (unsigned)block->size };
	gnutls_x509_crl_t crl = NULL;
	int code = gnutls_x509_crl_init(&crl);

	if (code >= 0)
		code = gnutls_x509_crl_import(crl, &datum, GNUTLS_X509_FMT_PEM);
	free(datum.data);
	if (code >= 0)
		add_list(revoked, crl, anchors, file, findings);
	else
		findings_error(findings,
		    "crl-file: %s: the list that begins in line %u is damaged (%s): "
		    "copy it again",
		    file, block->line, gnutls_strerror(code));
	gnutls_x509_crl_deinit(crl);
}

static void
read_blocks(struct revoked *revoked, const char *data, size_t size,
    const struct chain *anchors, const char *file, struct findings *findings)
{
	struct pem_block block;
	size_t offset = 0;
	bool blocks = false, lists = false;

	while (pem_next(data, size, &offset, &block)) {
		blocks = true;
		if (!pem_is(&block, "X509 CRL"))
			continue;
		lists = true;
		add_block(revoked, &block, anchors, file, findings);
	}
	if (blocks && !lists)
		findings_error(findings,
		    "crl-file: %s: no revocation list in it, only %s: set the "
		    "authority's list, which \"tlscert crl\" makes",
		    file, block.label);
}

static void
load_file(struct revoked *revoked, const char *file, const struct chain *anchors,
    struct findings *findings)
{
	struct findings found;
	char *data;
	size_t size, offset = 0;
	struct pem_block block;

	if (file_read(file, CRL_FILE_LIMIT, &data, &size) < 0) {
		char *why = readerror_why(file, errno);
		findings_error(findings, "crl-file: %s", why);
		free(why);
		return;
	}
	if (pem_next(data, size, &offset, &block)) {
		read_blocks(revoked, data, size, anchors, file, findings);
	} else {
		findings_init(&found);
		pem_report_none(file, data, size, "crl", &found);
		findings_add(
		    findings, &found.items[0], "crl-file: %s", found.items[0].text);
		findings_fini(&found);
	}
	free(data);
}

/* True if `issuer` has a list. */
static bool
has_list(const struct revoked *revoked, gnutls_x509_crt_t issuer)
{
	for (size_t i = 0; i < revoked->count; i++)
		if (revocationlist_is_of(&revoked->lists[i], issuer))
			return true;
	return false;
}

static void
examine_anchors(const struct revoked *revoked, const struct chain *anchors,
    struct findings *findings)
{
	for (size_t i = 0; i < anchors->count; i++) {
		if (has_list(revoked, anchors->certs[i]))
			continue;
		char *subject = certificate_subject(anchors->certs[i]);
		findings_warning(findings,
		    "crl-file: there is no list of %s in ca-file, so clients of that "
		    "authority are refused: add its list",
		    subject);
		free(subject);
	}
}

struct revoked *
revoked_new(const struct stringlist *files, const struct chain *anchors,
    struct findings *findings)
{
	struct revoked *revoked = memory_new(sizeof *revoked);
	size_t errors = findings->errors;

	for (size_t i = 0; i < files->count; i++)
		load_file(revoked, files->items[i], anchors, findings);
	if (findings->errors == errors) {
		examine_anchors(revoked, anchors, findings);
		return revoked;
	}
	revoked_free(revoked);
	return NULL;
}

void
revoked_free(struct revoked *revoked)
{
	if (revoked == NULL)
		return;
	for (size_t i = 0; i < revoked->count; i++)
		revocationlist_fini(&revoked->lists[i]);
	free(revoked->lists);
	free(revoked);
}

void
revoked_warn(const struct revoked *revoked, struct findings *findings)
{
	for (size_t i = 0; i < revoked->count; i++)
		revocationlist_examine(&revoked->lists[i], findings);
}

time_t
revoked_next_end(const struct revoked *revoked, time_t now)
{
	time_t next = 0;

	for (size_t i = 0; i < revoked->count; i++)
		next = certificate_next_end(next, revoked->lists[i].end, now);
	return next;
}

enum revoked_status
revoked_look_up(const struct revoked *revoked, gnutls_x509_crt_t cert,
    gnutls_x509_crt_t issuer, time_t now)
{
	struct serial serial;
	enum revoked_status status = REVOKED_UNKNOWN;

	if (!revocationlist_read_serial(&serial, cert))
		return REVOKED_YES;
	for (size_t i = 0; i < revoked->count; i++) {
		const struct revocationlist *list = &revoked->lists[i];
		if (!revocationlist_is_of(list, issuer))
			continue;
		if (revocationlist_has(list, &serial))
			return REVOKED_YES;
		if (revocationlist_is_current(list, now))
			status = REVOKED_NO;
	}
	return status;
}
