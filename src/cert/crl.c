/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate revocation list: what stands in it, and the next one. */
#include "cert/crl.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/findings.h"
#include "base/memory.h"
#include "base/text.h"
#include "cert/authority.h"
#include "cert/signing.h"
#include "tls/pem.h"

enum { DAY = 86400, NUMBER_MAX = 20, SERIAL_MAX = 64, NAME_SIZE = 512, TIME_SIZE = 20 };

static const unsigned char oid_reason[] = { 0x55, 0x1d, 0x15 };

static const char *const reasons[] = { "unspecified", "keyCompromise", "cACompromise",
	"affiliationChanged", "superseded", "cessationOfOperation", "certificateHold",
	NULL, "removeFromCRL", "privilegeWithdrawn", "aACompromise" };

enum { HOLD = 6, REMOVE = 8, ATTRIBUTES = 10, REASON_COUNT = 11 };

const char *
crl_reason_name(int reason)
{
	if (reason < 0 || reason >= REASON_COUNT || reasons[reason] == NULL)
		return reasons[CRL_NO_REASON];
	return reasons[reason];
}

int
crl_reason_number(const char *name)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (i != HOLD && i != REMOVE && i != ATTRIBUTES && reasons[i] != NULL &&
		    strcasecmp(reasons[i], name) == 0)
			return i;
	return -1;
}

/* The reason among the extensions of an entry (RFC 5280, 5.3.1), for which the library has no
 * call. */
static int
read_reason(struct der extensions)
{
	struct der_element one, oid, ignored, octets, number;

	while (der_take_tag(&extensions, DER_SEQUENCE, &one)) {
		struct der inside = one.content;
		if (!der_take_tag(&inside, DER_OID, &oid) ||
		    !der_equals(oid.content, oid_reason, sizeof oid_reason))
			continue;
		der_take_tag(&inside, 0x01, &ignored); /* whether it is critical */
		if (der_take_tag(&inside, DER_OCTET_STRING, &octets) &&
		    der_take_tag(&octets.content, DER_ENUMERATED, &number) &&
		    number.content.size == 1)
			return number.content.bytes[0];
	}
	return CRL_NO_REASON;
}

static void
add_entry(struct crl *crl, struct der content)
{
	struct der_element serial, since, extensions;
	struct crl_entry entry = { .reason = CRL_NO_REASON };

	if (!der_take_tag(&content, DER_INTEGER, &serial) ||
	    !der_take(&content, &since))
		return;
	entry.serial = serial.content;
	if (der_take_tag(&content, DER_SEQUENCE, &extensions))
		entry.reason = read_reason(extensions.content);
	crl->entries =
	    memory_resize(crl->entries, (crl->count + 1) * sizeof *crl->entries);
	crl->entries[crl->count++] = entry;
}

static bool
is_time(const struct der *rest)
{
	return rest->size > 0 && (rest->bytes[0] == DER_UTC_TIME ||
				     rest->bytes[0] == DER_GENERALIZED_TIME);
}

/* The parts of a list round its entries (RFC 5280, 5.1). */
struct parts {
	struct der before; /* up to the dates and with them */
	struct der entries; /* the content; empty where there are none */
	struct der after; /* its extensions */
	struct der signature; /* behind what is signed */
};

static bool
split(const struct der_text *text, struct parts *parts)
{
	struct der_element outer, inner, part;
	struct der rest = der_of(text);

	*parts = (struct parts){ 0 };
	if (!der_take_tag(&rest, DER_SEQUENCE, &outer) ||
	    !der_take_tag(&outer.content, DER_SEQUENCE, &inner))
		return false;
	parts->signature = outer.content;
	rest = inner.content;
	parts->before = rest;
	der_take_tag(&rest, DER_INTEGER, &part); /* version 2, or nothing */
	if (!der_take_tag(&rest, DER_SEQUENCE, &part) ||
	    !der_take_tag(&rest, DER_SEQUENCE, &part))
		return false;
	while (is_time(&rest) && der_take(&rest, &part))
		;
	parts->before.size -= rest.size;
	if (der_take_tag(&rest, DER_SEQUENCE, &part))
		parts->entries = part.content;
	parts->after = rest;
	return true;
}

/* Fills in the entries; -1 if the library and this program do not find the same. */
static int
read_entries(struct crl *crl)
{
	struct der_element entry;
	struct parts parts;

	if (!split(&crl->der, &parts))
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
import(struct crl *crl, const struct pem_block *block)
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
		    "%s: no revocation list in it: name the file that tlscert ca or "
		    "tlscert crl wrote",
		    file);
		return -1;
	}
	int code = import(crl, &block);
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
	text_escape(out, sizeof out, name.data, name.size);
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

/* Adds the date as RFC 5280, 5.1.2.6 wants it: with two digits for the year until 2049. */
static void
add_time(struct der_text *to, time_t when)
{
	char text[TIME_SIZE];
	struct tm tm;

	gmtime_r(&when, &tm);
	size_t size = strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
	size_t skipped = tm.tm_year < 150 ? 2 : 0;
	der_add_element(to, skipped > 0 ? DER_UTC_TIME : DER_GENERALIZED_TIME,
	    (struct der){ (unsigned char *)text + skipped, size - skipped });
}

/* Adds the extension that holds the reason; RFC 5280, 5.3.1: none is better than
 * "unspecified". */
static void
add_reason(struct der_text *to, int reason)
{
	unsigned char byte = (unsigned char)reason;
	struct der_text value = { 0 }, extension = { 0 };

	if (reason == CRL_NO_REASON)
		return;
	der_add_element(&value, DER_ENUMERATED, (struct der){ &byte, 1 });
	der_add_element(
	    &extension, DER_OID, (struct der){ oid_reason, sizeof oid_reason });
	der_add_element(&extension, DER_OCTET_STRING, der_of(&value));
	der_wrap(&extension, DER_SEQUENCE);
	der_wrap(&extension, DER_SEQUENCE);
	der_add(to, der_of(&extension));
	der_text_fini(&extension);
	der_text_fini(&value);
}

static int
add_revocation(struct der_text *to, gnutls_x509_crt_t cert, int reason)
{
	unsigned char serial[SERIAL_MAX];
	size_t size = sizeof serial;
	struct der_text entry = { 0 };
	int code = gnutls_x509_crt_get_serial(cert, serial, &size);

	if (code < 0)
		return code;
	der_add_element(&entry, DER_INTEGER, (struct der){ serial, size });
	add_time(&entry, signing_now());
	add_reason(&entry, reason);
	der_wrap(&entry, DER_SEQUENCE);
	der_add(to, der_of(&entry));
	der_text_fini(&entry);
	return 0;
}

/* Puts the list in `from` with the new entries into `to`, still with the old signature. */
static int
splice(
    const struct crl_request *request, const struct der_text *from, struct der_text *to)
{
	struct der_text entries = { 0 };
	struct parts parts;
	int code = split(from, &parts) ? 0 : GNUTLS_E_ASN1_DER_ERROR;

	if (code < 0)
		return code;
	der_add(&entries, parts.entries);
	for (size_t i = 0; i < request->count; i++)
		STEP(
		    code, add_revocation(&entries, request->certs[i], request->reason));
	der_add(to, parts.before);
	if (entries.size > 0)
		der_add_element(to, DER_SEQUENCE, der_of(&entries));
	der_add(to, parts.after);
	der_wrap(to, DER_SEQUENCE);
	der_add(to, parts.signature);
	der_wrap(to, DER_SEQUENCE);
	der_text_fini(&entries);
	return code;
}

/* The old number and one more, as a positive integer; 1 where there was none. */
static int
set_number(gnutls_x509_crl_t crl, const struct crl *old)
{
	unsigned char number[1 + NUMBER_MAX] = { 0 };
	size_t size = NUMBER_MAX, place;

	if (old == NULL || !crl_number(old, number + 1, &size)) {
		size = 1;
		number[1] = 0;
	}
	for (place = size; place > 0 && ++number[place] == 0;)
		place--;
	if (place == 0)
		number[0] = 1;
	bool longer = number[0] != 0 || (number[1] & 0x80) != 0;
	return gnutls_x509_crl_set_number(
	    crl, longer ? number : number + 1, size + longer);
}

/* Names the signing key, unless the old list did so. */
static int
set_key_id(gnutls_x509_crl_t crl, gnutls_x509_crt_t signer)
{
	unsigned char id[SIGNING_KEY_ID_MAX];
	size_t size = sizeof id;

	if (gnutls_x509_crl_get_authority_key_id(crl, id, &size, NULL) >= 0)
		return 0;
	size = sizeof id;
	int code = signing_key_id(signer, id, &size);
	STEP(code, gnutls_x509_crl_set_authority_key_id(crl, id, size));
	return code;
}

static int
sign(const struct crl_request *request, gnutls_x509_crl_t crl)
{
	gnutls_x509_crt_t signer = request->authority->chain.certs[0];
	gnutls_digest_algorithm_t hash;
	int code = signing_choose_hash(signer, &hash);

	STEP(
	    code, gnutls_x509_crl_sign2(crl, signer, request->authority->key, hash, 0));
	return code;
}

static int
set_facts(const struct crl_request *request, gnutls_x509_crl_t crl)
{
	int code = gnutls_x509_crl_set_version(crl, 2);

	STEP(code, gnutls_x509_crl_set_this_update(crl, signing_now()));
	STEP(code, gnutls_x509_crl_set_next_update(
		       crl, time(NULL) + (time_t)request->days * DAY));
	STEP(code, set_number(crl, request->old));
	STEP(code, set_key_id(crl, request->authority->chain.certs[0]));
	STEP(code, sign(request, crl));
	return code;
}

/* A list with nothing in it, as something to add to. */
static int
make_empty(const struct crl_request *request, struct der_text *to)
{
	gnutls_x509_crl_t crl = NULL;
	gnutls_datum_t der = { NULL, 0 };
	int code = gnutls_x509_crl_init(&crl);

	STEP(code, set_facts(request, crl));
	STEP(code, gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_DER, &der));
	if (code >= 0)
		der_add(to, (struct der){ der.data, der.size });
	gnutls_free(der.data);
	gnutls_x509_crl_deinit(crl);
	return code;
}

static int
make(const struct crl_request *request, struct der_text *base, gnutls_datum_t *pem)
{
	struct der_text longer = { 0 };
	gnutls_x509_crl_t crl = NULL;
	int code = gnutls_x509_crl_init(&crl);

	if (request->old != NULL)
		der_add(base, der_of(&request->old->der));
	else
		STEP(code, make_empty(request, base));
	STEP(code, splice(request, base, &longer));
	gnutls_datum_t datum = { longer.bytes, (unsigned)longer.size };
	STEP(code, gnutls_x509_crl_import(crl, &datum, GNUTLS_X509_FMT_DER));
	STEP(code, set_facts(request, crl));
	STEP(code, gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, pem));
	gnutls_x509_crl_deinit(crl);
	der_text_fini(&longer);
	return code;
}

char *
crl_make(const struct crl_request *request, struct findings *findings)
{
	struct der_text base = { 0 };
	gnutls_datum_t pem = { NULL, 0 };
	char *text = NULL;
	int code = make(request, &base, &pem);

	if (code < 0)
		findings_error(findings,
		    "the library cannot make the revocation list: %s",
		    gnutls_strerror(code));
	else
		text = memory_format("%.*s", (int)pem.size, (const char *)pem.data);
	gnutls_free(pem.data);
	der_text_fini(&base);
	return text;
}
