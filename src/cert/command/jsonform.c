/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and revocation lists as JSON. */
#include "cert/command/jsonform.h"

#include <stdlib.h>
#include <time.h>

#include "base/text/json.h"
#include "base/text/text.h"
#include "cert/crl/crl.h"
#include "cert/crl/crlreason.h"
#include "cert/command/facts.h"

enum { DAY = 86400, NUMBER_MAX = 20 };

/* Adds text from the certificate. It has the log's escapes, which are replaced by JSON's. */
static void
add_foreign(struct json *json, const char *name, const char *escaped)
{
	const char *wrong;
	size_t size;
	char *bytes = text_unescape(escaped, &size, &wrong);

	if (bytes != NULL)
		json_bytes(json, name, bytes, size);
	else
		json_text(json, name, escaped);
	free(bytes);
}

static void
add_distinguished_name(struct json *json, const char *name, const char *escaped)
{
	size_t size;
	char *bytes = text_unescape_dn(escaped, &size);

	json_bytes(json, name, bytes, size);
	free(bytes);
}

static void
add_strings(struct json *json, const char *name, const struct stringlist *list)
{
	json_open_array(json, name);
	for (size_t i = 0; i < list->count; i++)
		add_foreign(json, NULL, list->items[i]);
	json_close(json);
}

/* Adds a time in the form of RFC 3339, or null for never. */
static void
add_time(struct json *json, const char *name, time_t when)
{
	char text[CERTIFICATE_TIME_SIZE];
	struct tm tm;
	bool is_known = when != FACTS_FOR_EVER && gmtime_r(&when, &tm) != NULL &&
	                strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0;

	json_text(json, name, is_known ? text : NULL);
}

/* Adds the whole days left, rounded down: negative as soon as the time is over. */
static void
add_rest(struct json *json, time_t end)
{
	time_t left = end - time(NULL);

	if (end == FACTS_FOR_EVER)
		json_null(json, "days_left");
	else
		json_integer(json, "days_left",
		    left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY));
}

static void
add_use(struct json *json, const struct facts *facts)
{
	if (facts->any_usage)
		json_null(json, "usage");
	else
		add_strings(json, "usage", &facts->usage);
	if (facts->purposes.count == 0)
		json_null(json, "purposes");
	else
		add_strings(json, "purposes", &facts->purposes);
	json_bool(json, "authority", facts->authority);
	if (facts->path_length < 0)
		json_null(json, "path_length");
	else
		json_integer(json, "path_length", facts->path_length);
}

void
jsonform_add_certificate(struct json *json, struct gnutls_x509_crt_int *cert)
{
	struct facts facts;

	facts_read(cert, &facts);
	json_open_object(json, NULL);
	add_distinguished_name(json, "subject", facts.subject);
	add_distinguished_name(json, "issuer", facts.issuer);
	add_strings(json, "names", &facts.names);
	add_time(json, "not_before", facts.not_before);
	add_time(json, "not_after", facts.not_after);
	add_rest(json, facts.not_after);
	json_text(json, "key", facts.key);
	json_text(json, "signature", facts.signature);
	json_bool(json, "broken_signature", facts.broken);
	add_use(json, &facts);
	json_text(json, "serial", facts.serial);
	json_text(json, "sha256", facts.sha256);
	json_text(json, "pin", facts.pin);
	json_close(json);
	facts_fini(&facts);
}

static void
add_entry(struct json *json, const struct crl_entry *entry)
{
	char *serial = facts_hex(entry->serial.bytes, entry->serial.size);

	json_open_object(json, NULL);
	json_text(json, "serial", serial);
	add_time(json, "since", entry->since);
	json_text(json, "reason", crlreason_name(entry->reason));
	json_close(json);
	free(serial);
}

void
jsonform_add_list(struct json *json, const struct crl *crl)
{
	unsigned char number[NUMBER_MAX];
	size_t size = sizeof number;
	char *issuer = crl_issuer(crl), *hex = NULL;

	if (crl_number(crl, number, &size))
		hex = facts_hex(number, size);
	json_open_object(json, NULL);
	add_distinguished_name(json, "issuer", issuer);
	json_text(json, "number", hex);
	add_time(json, "this_update", crl_this_update(crl));
	add_time(json, "next_update", crl_next_update(crl));
	add_rest(json, crl_next_update(crl));
	json_open_array(json, "revoked");
	for (size_t i = 0; i < crl->count; i++)
		add_entry(json, &crl->entries[i]);
	json_close(json);
	json_close(json);
	free(hex);
	free(issuer);
}
