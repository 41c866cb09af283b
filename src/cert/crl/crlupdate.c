/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the next revocation list. */
#include "cert/crl/crlupdate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/issue/authority.h"
#include "cert/crl/crl.h"
#include "cert/crl/crlparts.h"
#include "cert/crl/crlreason.h"
#include "cert/issue/signing.h"

enum { NUMBER_MAX = 20, SERIAL_MAX = 64 };

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
	der_add_time(&entry, signing_now());
	crlreason_add(&entry, reason);
	der_wrap(&entry, DER_SEQUENCE);
	der_add(to, der_of(&entry));
	der_text_fini(&entry);
	return 0;
}

static time_t
next_update(const struct crlupdate_request *request)
{
	return signing_days_after(time(NULL), request->days);
}

/* Copies the list in `from` to `to` with new dates and the new entries, but still the old
 * signature. The library cannot add a missing date, or change its type, which differs before
 * and since 2050. */
static int
splice_entries(const struct crlupdate_request *request, const struct der_text *from,
    struct der_text *to)
{
	struct der_text entries = { 0 };
	struct crlparts parts;
	int code = crlparts_split(from, &parts) ? 0 : GNUTLS_E_ASN1_DER_ERROR;

	if (code < 0)
		return code;
	der_add(&entries, parts.entries);
	for (size_t i = 0; i < request->count; i++)
		STEP(
		    code, add_revocation(&entries, request->certs[i], request->reason));
	der_add(to, parts.before);
	der_add_time(to, signing_now());
	der_add_time(to, next_update(request));
	if (entries.size > 0)
		der_add_element(to, DER_SEQUENCE, der_of(&entries));
	der_add(to, parts.after);
	der_wrap(to, DER_SEQUENCE);
	der_add(to, parts.signature);
	der_wrap(to, DER_SEQUENCE);
	der_text_fini(&entries);
	return code;
}

/* Sets the old number plus one, as a positive integer; 1 if there was none. */
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

/* Names the signing key, unless the old list does. */
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
sign_list(const struct crlupdate_request *request, gnutls_x509_crl_t crl)
{
	gnutls_x509_crt_t signer = request->authority->chain.certs[0];
	gnutls_digest_algorithm_t hash;
	int code = signing_choose_hash(signer, &hash);

	STEP(
	    code, gnutls_x509_crl_sign2(crl, signer, request->authority->key, hash, 0));
	return code;
}

static int
set_facts(const struct crlupdate_request *request, gnutls_x509_crl_t crl)
{
	int code = gnutls_x509_crl_set_version(crl, 2);

	STEP(code, gnutls_x509_crl_set_this_update(crl, signing_now()));
	STEP(code, gnutls_x509_crl_set_next_update(crl, next_update(request)));
	STEP(code, set_number(crl, request->old));
	STEP(code, set_key_id(crl, request->authority->chain.certs[0]));
	STEP(code, sign_list(request, crl));
	return code;
}

/* Makes an empty list to add to. */
static int
make_empty(const struct crlupdate_request *request, struct der_text *to)
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
make_list(
    const struct crlupdate_request *request, struct der_text *base, gnutls_datum_t *pem)
{
	struct der_text longer = { 0 };
	gnutls_x509_crl_t crl = NULL;
	int code = gnutls_x509_crl_init(&crl);

	if (request->old != NULL)
		der_add(base, der_of(&request->old->der));
	else
		STEP(code, make_empty(request, base));
	STEP(code, splice_entries(request, base, &longer));
	gnutls_datum_t datum = { longer.bytes, (unsigned)longer.size };
	STEP(code, gnutls_x509_crl_import(crl, &datum, GNUTLS_X509_FMT_DER));
	STEP(code, set_facts(request, crl));
	STEP(code, gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, pem));
	gnutls_x509_crl_deinit(crl);
	der_text_fini(&longer);
	return code;
}

char *
crlupdate_make(const struct crlupdate_request *request, struct findings *findings)
{
	struct der_text base = { 0 };
	gnutls_datum_t pem = { NULL, 0 };
	char *text = NULL;
	int code = make_list(request, &base, &pem);

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
