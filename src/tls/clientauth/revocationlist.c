/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A revocation list of an authority. */
#include "tls/clientauth/revocationlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"

/* A list arrives just after it is signed, and the clocks of two machines differ. One of them
 * may be an hour or two off because of its time zone. */
enum { CLOCK_SKEW = 86400 };

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
read_serials(gnutls_x509_crl_t crl, struct revocationlist *list)
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
void
revocationlist_examine(const struct revocationlist *list, struct findings *findings)
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

void
revocationlist_fini(struct revocationlist *list)
{
	gnutls_free(list->issuer.data);
	free(list->serials);
	free(list->label);
}

/* Copies from `crl`. Returns false if it cannot be read completely. */
static bool
read_contents(
    struct revocationlist *list, gnutls_x509_crl_t crl, gnutls_x509_crt_t signer)
{
	list->start = gnutls_x509_crl_get_this_update(crl);
	list->end = gnutls_x509_crl_get_next_update(crl);
	return gnutls_x509_crl_get_raw_issuer_dn(crl, &list->issuer) >= 0 &&
	       pin_read(signer, &list->key) == 0 && read_serials(crl, list);
}

bool
revocationlist_read(struct revocationlist *list, gnutls_x509_crl_t crl,
    const struct chain *anchors, const char *file, struct findings *findings)
{
	char issuer[512];

	*list = (struct revocationlist){ 0 };
	read_issuer(crl, issuer, sizeof issuer);
	gnutls_x509_crt_t signer = find_signer(crl, anchors);
	if (!is_usable_list(crl, signer, file, issuer, findings))
		return false;
	if (!read_contents(list, crl, signer)) {
		findings_error(findings,
		    "crl-file: %s: the list of %s cannot be read completely: copy it "
		    "again",
		    file, issuer);
		revocationlist_fini(list);
		return false;
	}
	list->label = memory_format("%s: the list of %s", file, issuer);
	revocationlist_examine(list, findings);
	return true;
}

bool
revocationlist_is_of(const struct revocationlist *list, gnutls_x509_crt_t issuer)
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

bool
revocationlist_read_serial(struct serial *serial, gnutls_x509_crt_t cert)
{
	unsigned char bytes[sizeof serial->bytes];
	size_t size = sizeof bytes;

	if (gnutls_x509_crt_get_serial(cert, bytes, &size) < 0 || size == 0)
		return false;
	*serial = make_serial(bytes, size);
	return true;
}

bool
revocationlist_has(const struct revocationlist *list, const struct serial *serial)
{
	return bsearch(serial, list->serials, list->count, sizeof *serial,
		   compare_serials) != NULL;
}

bool
revocationlist_is_current(const struct revocationlist *list, time_t now)
{
	return list->start - CLOCK_SKEW <= now && now < list->end;
}
