/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that authorities have revoked. */
#include "tls/clientauth/revoked.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "base/file/readerror.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"
#include "tls/x509/pin.h"

/* Lists of large authorities have a million entries. */
#define CRL_FILE_LIMIT ((size_t)64 << 20)

/* A list arrives just after it is signed, and the clocks of two machines differ. One of them
 * may be an hour or two off because of its time zone. */
enum { CLOCK_SKEW = 86400 };

struct serial {
	unsigned char size;
	unsigned char bytes[32]; /* 20 at most, says RFC 5280, 4.1.2.2 */
};

struct list {
	char *label; /* its file and issuer, for messages */
	gnutls_datum_t issuer; /* its name, in DER */
	struct pin key; /* the issuer's */
	time_t start, end;
	struct serial *serials; /* sorted */
	size_t count;
};

struct revoked {
	struct list *lists;
	size_t count;
};

static int
compare_serials(const void *a, const void *b)
{
	const struct serial *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->size);
}

/* Leading zeros are ignored. */
static struct serial
make_serial(const unsigned char *bytes, size_t size)
{
	struct serial serial = { 0 };

	for (; size > 1 && bytes[0] == 0; size--)
		bytes++;
	serial.size = (unsigned char)size;
	memcpy(serial.bytes, bytes, size);
	return serial;
}

/* Returns false if an entry cannot be read, because the entries after it would be missed. */
static bool
read_serials(gnutls_x509_crl_t crl, struct list *list)
{
	gnutls_x509_crl_iter_t place = NULL;
	int count = gnutls_x509_crl_get_crt_count(crl);
	int code = count < 0 ? count : 0;

	list->serials =
	    memory_new((size_t)(count > 0 ? count : 1) * sizeof *list->serials);
	while (code >= 0 && list->count < (size_t)count) {
		unsigned char bytes[sizeof list->serials->bytes];
		size_t size = sizeof bytes;
		code = gnutls_x509_crl_iter_crt_serial(crl, &place, bytes, &size, NULL);
		if (code >= 0)
			list->serials[list->count++] = make_serial(bytes, size);
	}
	gnutls_x509_crl_iter_deinit(place);
	qsort(list->serials, list->count, sizeof *list->serials, compare_serials);
	return code >= 0;
}

/* True if the key in `issuer` made the signature; dates and key usage do not matter. */
static bool
is_signed_by(gnutls_x509_crl_t crl, gnutls_x509_crt_t issuer)
{
	const unsigned wrong = GNUTLS_CERT_SIGNER_NOT_FOUND |
	                       GNUTLS_CERT_SIGNATURE_FAILURE |
	                       GNUTLS_CERT_INSECURE_ALGORITHM;
	unsigned status = 0;

	return gnutls_x509_crl_check_issuer(crl, issuer) &&
	       gnutls_x509_crl_verify(
		   crl, &issuer, 1, GNUTLS_VERIFY_DISABLE_CA_SIGN, &status) >= 0 &&
	       (status & wrong) == 0;
}

/* RFC 5280, 6.3.3 (f) */
static bool
may_sign_lists(gnutls_x509_crt_t issuer)
{
	unsigned usage = 0;

	return gnutls_x509_crt_get_key_usage(issuer, &usage, NULL) ==
	           GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	       (usage & GNUTLS_KEY_CRL_SIGN) != 0;
}

/* Returns the anchor that signed the list, preferably one that may sign lists, or NULL if none
 * did. */
static gnutls_x509_crt_t
find_signer(gnutls_x509_crl_t crl, const struct chain *anchors)
{
	gnutls_x509_crt_t found = NULL;

	for (size_t i = 0; i < anchors->count; i++)
		if ((found == NULL || may_sign_lists(anchors->certs[i])) &&
		    is_signed_by(crl, anchors->certs[i]))
			found = anchors->certs[i];
	return found;
}

/* Returns the names of the extensions that make a list partial: RFC 5280, 5.2.4, 5.2.5. */
static const char *
name_extension(const char *oid)
{
	if (strcmp(oid, "2.5.29.27") == 0)
		return "deltaCRLIndicator";
	if (strcmp(oid, "2.5.29.28") == 0)
		return "issuingDistributionPoint";
	return NULL;
}

/* Returns the extension that makes it only part of a list, or that is critical and unknown;
 * NULL if it is the whole list. The caller frees it. */
static char *
find_restriction(gnutls_x509_crl_t crl)
{
	char oid[128];

	for (unsigned i = 0;; i++) {
		size_t size = sizeof oid;
		unsigned critical = 0;
		int code =
		    gnutls_x509_crl_get_extension_info(crl, i, oid, &size, &critical);
		if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return NULL;
		if (code < 0)
			return memory_copy("of an unreadable name");
		const char *name = name_extension(oid);
		if (critical || name != NULL)
			return memory_copy(name != NULL ? name : oid);
	}
}

static void
read_issuer(gnutls_x509_crl_t crl, char *out, size_t room)
{
	gnutls_datum_t name;

	strcpy(out, "?");
	if (gnutls_x509_crl_get_issuer_dn3(crl, &name, 0) < 0)
		return;
	text_escape_dn(out, room, name.data, name.size);
	gnutls_free(name.data);
}

/* Returns false with an error. */
static bool
is_whole_list(gnutls_x509_crl_t crl, const char *file, const char *issuer,
    struct findings *findings)
{
	char *extension = find_restriction(crl);

	if (extension == NULL)
		return true;
	findings_error(findings,
	    "crl-file: %s: the list of %s is not complete (it has the extension %s): "
	    "have the authority make a complete one",
	    file, issuer, extension);
	free(extension);
	return false;
}

/* Returns false with an error. */
static bool
is_usable_list(gnutls_x509_crl_t crl, gnutls_x509_crt_t signer, const char *file,
    const char *issuer, struct findings *findings)
{
	if (signer == NULL)
		findings_error(findings,
		    "crl-file: %s: the list of %s is not signed by an authority in "
		    "ca-file: add that authority's certificate there, or remove the "
		    "list",
		    file, issuer);
	else if (!may_sign_lists(signer))
		findings_error(findings,
		    "crl-file: %s: the list of %s is signed by an authority whose key "
		    "usage lacks cRLSign: have its certificate issued again with that "
		    "usage",
		    file, issuer);
	else if (gnutls_x509_crl_get_next_update(crl) == (time_t)-1)
		findings_error(findings,
		    "crl-file: %s: the list of %s has no next update: have it made "
		    "with one (RFC 5280, 5.1.2.5)",
		    file, issuer);
	else
		return is_whole_list(crl, file, issuer, findings);
	return false;
}

/* An issuer that makes lists in time makes the next one long before the last quarter of this
 * one. */
static void
examine_dates(const struct list *list, struct findings *findings)
{
	char date[CERTIFICATE_DATE_SIZE];
	time_t now = time(NULL);

	certificate_date(list->end, date);
	if (list->end <= now)
		findings_warning(findings,
		    "crl-file: %s expired on %s, so clients of that authority are "
		    "refused: install a newer one",
		    list->label, date);
	else if ((list->end - now) * 4 < list->end - list->start)
		findings_warning(findings,
		    "crl-file: %s expires on %s, and then clients of that authority "
		    "are refused: have the next one made",
		    list->label, date);
	if (list->start - CLOCK_SKEW > now)
		findings_warning(findings,
		    "crl-file: %s begins on %s, and clients of that authority are "
		    "refused until the day before: check the clock",
		    list->label, certificate_date(list->start, date));
	else if (list->start > now)
		findings_warning(findings,
		    "crl-file: %s begins in the future, on %s: check the clock",
		    list->label, certificate_date(list->start, date));
}

static void
free_list_parts(struct list *list)
{
	gnutls_free(list->issuer.data);
	free(list->serials);
	free(list->label);
}

static void
add_list(struct revoked *revoked, gnutls_x509_crl_t crl, const struct chain *anchors,
    const char *file, struct findings *findings)
{
	struct list list = { .start = gnutls_x509_crl_get_this_update(crl),
		.end = gnutls_x509_crl_get_next_update(crl) };
	char issuer[512];

	read_issuer(crl, issuer, sizeof issuer);
	gnutls_x509_crt_t signer = find_signer(crl, anchors);
	if (!is_usable_list(crl, signer, file, issuer, findings))
		return;
	if (gnutls_x509_crl_get_raw_issuer_dn(crl, &list.issuer) < 0 ||
	    pin_read(signer, &list.key) < 0 || !read_serials(crl, &list)) {
		findings_error(findings,
		    "crl-file: %s: the list of %s cannot be read completely: copy it "
		    "again",
		    file, issuer);
		free_list_parts(&list);
		return;
	}
	list.label = memory_format("%s: the list of %s", file, issuer);
	examine_dates(&list, findings);
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

static bool
is_list_of_issuer(const struct list *list, gnutls_x509_crt_t issuer)
{
	gnutls_datum_t name;
	struct pin key;

	if (gnutls_x509_crt_get_raw_dn(issuer, &name) < 0)
		return false;
	bool same = name.size == list->issuer.size &&
	            memcmp(name.data, list->issuer.data, name.size) == 0;
	gnutls_free(name.data);
	return same && pin_read(issuer, &key) == 0 && pin_equal(&key, &list->key);
}

/* True if `issuer` has a list. */
static bool
has_list(const struct revoked *revoked, gnutls_x509_crt_t issuer)
{
	for (size_t i = 0; i < revoked->count; i++)
		if (is_list_of_issuer(&revoked->lists[i], issuer))
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
		free_list_parts(&revoked->lists[i]);
	free(revoked->lists);
	free(revoked);
}

void
revoked_warn(const struct revoked *revoked, struct findings *findings)
{
	for (size_t i = 0; i < revoked->count; i++)
		examine_dates(&revoked->lists[i], findings);
}

time_t
revoked_next_end(const struct revoked *revoked, time_t now)
{
	time_t next = 0;

	for (size_t i = 0; i < revoked->count; i++)
		next = certificate_next_end(next, revoked->lists[i].end, now);
	return next;
}

static bool
has_serial(const struct list *list, const struct serial *serial)
{
	return bsearch(serial, list->serials, list->count, sizeof *serial,
		   compare_serials) != NULL;
}

enum revoked_status
revoked_look_up(const struct revoked *revoked, gnutls_x509_crt_t cert,
    gnutls_x509_crt_t issuer, time_t now)
{
	unsigned char bytes[sizeof revoked->lists->serials->bytes];
	size_t size = sizeof bytes;
	enum revoked_status status = REVOKED_UNKNOWN;

	if (gnutls_x509_crt_get_serial(cert, bytes, &size) < 0 || size == 0)
		return REVOKED_YES;
	struct serial serial = make_serial(bytes, size);
	for (size_t i = 0; i < revoked->count; i++) {
		const struct list *list = &revoked->lists[i];
		if (!is_list_of_issuer(list, issuer))
			continue;
		if (has_serial(list, &serial))
			return REVOKED_YES;
		if (list->start - CLOCK_SKEW <= now && now < list->end)
			status = REVOKED_NO;
	}
	return status;
}
