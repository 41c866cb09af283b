/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_DER_H
#define TLSD_TLS_X509_DER_H

/*
 * Reading and writing elements of DER (ITU-T X.690), for the few parts of certificates, keys and
 * revocation lists that GnuTLS has no calls for. Reading takes any input; GnuTLS checks the
 * output afterwards. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum der_tag {
	DER_INTEGER = 0x02,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
	DER_CONTEXT_3 = 0xa3
};

/* Bytes that belong to something else. */
struct der {
	const unsigned char *bytes;
	size_t size;
};

struct der_element {
	unsigned tag;
	struct der whole; /* including tag and length */
	struct der content;
};

/* Takes the first element off `rest`. False at the end, and if the next bytes are not DER. */
bool der_take(struct der *rest, struct der_element *element);

/* Takes the first element off `rest` if it has the tag `tag`. Otherwise takes nothing and
 * returns false. */
bool der_take_tag(struct der *rest, unsigned tag, struct der_element *element);

/* True if `der` equals the `size` bytes at `bytes`. */
bool der_equals(struct der der, const void *bytes, size_t size);

/* Bytes that are being written; all-zero is empty. */
struct der_text {
	unsigned char *bytes;
	size_t size;
};

void der_add(struct der_text *text, struct der bytes);
void der_add_element(struct der_text *text, unsigned tag, struct der content);

/* Adds a date as RFC 5280, 4.1.2.5 and 5.1.2.4 to 5.1.2.6, demand. Before 2050 it is a UTCTime,
 * which has two digits for the year, and since then a GeneralizedTime. */
void der_add_time(struct der_text *text, time_t when);

/* Wraps the content of `text` in one element with the tag `tag`. */
void der_wrap(struct der_text *text, unsigned tag);
struct der der_of(const struct der_text *text);
void der_text_fini(struct der_text *text);

#endif
