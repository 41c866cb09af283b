/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_FACTS_H
#define TLSD_CERT_COMMAND_FACTS_H

/* The facts of a certificate, for text or JSON. One thread at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/text/stringlist.h"
#include "tls/x509/certificate.h"

struct gnutls_x509_crt_int;

#define FACTS_FOR_EVER ((time_t)-1)

/* Text of the certificate is escaped: subject and issuer by text_escape_dn(), names by
 * text_escape() or text_escape_name(). */
struct facts {
	char *subject, *issuer;
	struct stringlist names;
	time_t not_before, not_after;
	char *key; /* "ECDSA P-256" */
	const char *signature; /* the name of its algorithm */
	bool broken; /* clients refuse that algorithm */
	bool any_usage; /* no key usage is set, and `usage` is empty */
	struct stringlist usage;
	struct stringlist purposes; /* empty: any */
	bool authority;
	int path_length; /* -1: no limit */
	char *serial, *sha256; /* as facts_hex() writes them, or NULL */
	char *
	    pin; /* of the public key (RFC 7469, 2.4), as allow-pin takes it, or NULL */
};

void facts_read(struct gnutls_x509_crt_int *cert, struct facts *facts);
void facts_fini(struct facts *facts);

/* Returns "0a:1b:2c"; the caller frees it. */
char *facts_hex(const unsigned char *bytes, size_t size);

/* Writes "2027-01-31 12:00:00 UTC", or "for ever". Returns `out`. */
char *facts_time(time_t when, char out[CERTIFICATE_TIME_SIZE]);

#endif
