/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows what stands in certificates. */
#include "cert/show.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/findings.h"
#include "base/memory.h"
#include "base/stringlist.h"
#include "base/text.h"
#include "base/unreadable.h"
#include "cert/arguments.h"
#include "cert/report.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/pem.h"

enum { DAY = 86400, HASH_SIZE = 32, SERIAL_MAX = 64, TIME_SIZE = 40, OID_SIZE = 128 };

struct word {
	unsigned bit;
	const char *text;
};

static void
print_row(const char *name, const char *value)
{
	printf("  %-12s %s\n", name, value);
}

/* Prints what `value` points to and frees it. */
static void
print_own(const char *name, char *value)
{
	print_row(name, value);
	free(value);
}

static void
print_list(const char *name, struct stringlist *list, const char *without)
{
	printf("  %-12s ", name);
	if (list->count == 0)
		printf("%s", without);
	for (size_t i = 0; i < list->count; i++)
		printf("%s%s", i > 0 ? ", " : "", list->items[i]);
	printf("\n");
	stringlist_fini(list);
}

static void
print_names(gnutls_x509_crt_t cert)
{
	struct stringlist names;

	stringlist_init(&names);
	certificate_server_names(cert, &names);
	certificate_other_names(cert, &names);
	print_list("names", &names, "none");
}

/* "2027-01-31 12:00:00 UTC". */
static char *
format_time(time_t when, char out[TIME_SIZE])
{
	struct tm tm;

	if (when == GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION)
		memcpy(out, "for ever", 9);
	else if (gmtime_r(&when, &tm) == NULL ||
		 strftime(out, TIME_SIZE, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		memcpy(out, "?", 2);
	return out;
}

/* How far away the end is, in words; the caller frees it. */
static char *
describe_rest(time_t start, time_t end)
{
	time_t now = time(NULL);

	if (end < now)
		return memory_format(
		    "EXPIRED %lld days ago", (long long)((now - end) / DAY));
	if (start > now)
		return memory_format(
		    "NOT YET VALID, for %lld days", (long long)((start - now) / DAY));
	return memory_format("%lld days left", (long long)((end - now) / DAY));
}

static void
print_life(gnutls_x509_crt_t cert)
{
	time_t start = gnutls_x509_crt_get_activation_time(cert);
	time_t end = gnutls_x509_crt_get_expiration_time(cert);
	char text[TIME_SIZE];
	char *rest = describe_rest(start, end);

	print_row("valid from", format_time(start, text));
	print_own(
	    "valid until", memory_format("%s (%s)", format_time(end, text), rest));
	free(rest);
}

static void
print_usage(gnutls_x509_crt_t cert)
{
	static const struct word words[] = {
		{ GNUTLS_KEY_DIGITAL_SIGNATURE, "digital signature" },
		{ GNUTLS_KEY_NON_REPUDIATION, "non-repudiation" },
		{ GNUTLS_KEY_KEY_ENCIPHERMENT, "key encipherment" },
		{ GNUTLS_KEY_DATA_ENCIPHERMENT, "data encipherment" },
		{ GNUTLS_KEY_KEY_AGREEMENT, "key agreement" },
		{ GNUTLS_KEY_KEY_CERT_SIGN, "certificate signature" },
		{ GNUTLS_KEY_CRL_SIGN, "CRL signature" },
		{ GNUTLS_KEY_ENCIPHER_ONLY, "encipher only" },
		{ GNUTLS_KEY_DECIPHER_ONLY, "decipher only" },
	};
	struct stringlist list;
	unsigned usage = 0;
	int code = gnutls_x509_crt_get_key_usage(cert, &usage, NULL);

	stringlist_init(&list);
	for (size_t i = 0; code >= 0 && i < sizeof words / sizeof words[0]; i++)
		if (usage & words[i].bit)
			stringlist_add(&list, words[i].text, strlen(words[i].text));
	print_list("usage", &list, code < 0 ? "any" : "none");
}

/* The words for a purpose, or its object identifier. */
static const char *
purpose_name(const char *oid)
{
	static const char *const names[][2] = {
		{ GNUTLS_KP_TLS_WWW_SERVER, "TLS server" },
		{ GNUTLS_KP_TLS_WWW_CLIENT, "TLS client" },
		{ GNUTLS_KP_CODE_SIGNING, "code signing" },
		{ GNUTLS_KP_EMAIL_PROTECTION, "e-mail" },
		{ GNUTLS_KP_TIME_STAMPING, "time stamping" },
		{ GNUTLS_KP_OCSP_SIGNING, "OCSP signing" },
		{ GNUTLS_KP_ANY, "any" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(oid, names[i][0]) == 0)
			return names[i][1];
	return oid;
}

static void
print_purposes(gnutls_x509_crt_t cert)
{
	struct stringlist list;
	char oid[OID_SIZE];
	size_t size = sizeof oid;

	stringlist_init(&list);
	for (unsigned i = 0;
	     gnutls_x509_crt_get_key_purpose_oid(cert, i, oid, &size, NULL) >= 0; i++) {
		const char *name = purpose_name(oid);
		stringlist_add(&list, name, strlen(name));
		size = sizeof oid;
	}
	print_list("purposes", &list, "any");
}

static void
print_authority(gnutls_x509_crt_t cert)
{
	unsigned authority = 0;
	int path_length = -1;

	gnutls_x509_crt_get_basic_constraints(cert, NULL, &authority, &path_length);
	if (authority == 0)
		print_row("authority", "no");
	else if (path_length < 0)
		print_row("authority", "yes");
	else
		print_own(
		    "authority", memory_format("yes, path length %d", path_length));
}

/* "0a:1b:2c"; the caller frees it. */
static char *
format_hex(const unsigned char *bytes, size_t size)
{
	char *out = memory_new(3 * size + 1);

	for (size_t i = 0; i < size; i++)
		snprintf(out + 3 * i, 4, "%02x%s", bytes[i], i + 1 < size ? ":" : "");
	return out;
}

static void
print_serial(gnutls_x509_crt_t cert)
{
	unsigned char serial[SERIAL_MAX];
	size_t size = sizeof serial;

	if (gnutls_x509_crt_get_serial(cert, serial, &size) >= 0)
		print_own("serial", format_hex(serial, size));
}

static void
print_fingerprint(gnutls_x509_crt_t cert)
{
	unsigned char hash[HASH_SIZE];
	size_t size = sizeof hash;

	if (gnutls_x509_crt_get_fingerprint(cert, GNUTLS_DIG_SHA256, hash, &size) >= 0)
		print_own("sha256", format_hex(hash, size));
}

/* The hash of the public key (RFC 7469, 2.4), as tlsd.ini's allow-pin takes it. */
static void
print_pin(gnutls_x509_crt_t cert)
{
	unsigned char hash[HASH_SIZE];
	size_t size = sizeof hash;
	gnutls_datum_t datum = { hash, sizeof hash }, base64;

	if (gnutls_x509_crt_get_key_id(cert, GNUTLS_KEYID_USE_SHA256, hash, &size) <
		0 ||
	    gnutls_base64_encode2(&datum, &base64) < 0)
		return;
	print_own("pin", memory_format("pin-sha256:%.*s", (int)base64.size,
			     (const char *)base64.data));
	gnutls_free(base64.data);
}

static void
print_signature(gnutls_x509_crt_t cert)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(cert);
	const char *name =
	    algorithm < 0 ? NULL
			  : gnutls_sign_get_name((gnutls_sign_algorithm_t)algorithm);
	const char *weak = certificate_weak_hash(cert);

	print_own("signature", memory_format("%s%s", name != NULL ? name : "unknown",
				   weak != NULL ? " (broken, clients refuse it)" : ""));
}

static void
print_certificate(gnutls_x509_crt_t cert)
{
	print_own("subject", certificate_subject(cert));
	print_own("issuer", certificate_issuer(cert));
	print_names(cert);
	print_life(cert);
	print_own("key", certificate_key_description(cert));
	print_signature(cert);
	print_usage(cert);
	print_purposes(cert);
	print_authority(cert);
	print_serial(cert);
	print_fingerprint(cert);
	print_pin(cert);
}

static void
show_chain(const char *file, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		printf("%s, certificate %zu of %zu:\n", file, i + 1, chain->count);
		print_certificate(chain->certs[i]);
		printf("\n");
	}
}

/* Shows what can be shown, and tells what cannot. */
static int
show_file(const char *file)
{
	struct findings findings;
	struct chain chain = { 0 };
	char *data = NULL;
	size_t size, errors;

	findings_init(&findings);
	if (file_read(file, PEM_FILE_LIMIT, &data, &size) < 0) {
		char *why = unreadable_why(file, errno);
		findings_error(&findings, "%s", why);
		free(why);
		data = NULL;
	} else {
		chain_read(&chain, file, data, size, &findings);
		memory_wipe(data, size); /* a key may stand beside the certificate */
	}
	free(data);
	show_chain(file, &chain);
	chain_fini(&chain);
	errors = findings.errors;
	fflush(stdout);
	report_findings(&findings);
	return errors > 0 ? 1 : 0;
}

int
show(const struct arguments *arguments)
{
	int status = 0;

	for (int i = 0; i < arguments->operand_count; i++)
		if (show_file(arguments->operands[i]) != 0)
			status = 1;
	return status;
}
