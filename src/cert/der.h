/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_DER_H
#define TLSD_CERT_DER_H

/*
 * Elements of DER (ITU-T X.690), taken apart and put together: for the few things in a
 * certificate or revocation list that GnuTLS keeps but has no calls for. What is read has
 * been accepted by GnuTLS before; what is written goes through it afterwards. Pure functions.
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

/* Bytes of somebody else's. */
struct der {
	const unsigned char *bytes;
	size_t size;
};

struct der_element {
	unsigned tag;
	struct der whole; /* with tag and length */
	struct der content;
};

/* Takes the first element off `rest`; false at the end and before what is no DER. */
bool der_take(struct der *rest, struct der_element *element);

/* The same, if that element has the tag `tag`; else nothing is taken. */
bool der_take_tag(struct der *rest, unsigned tag, struct der_element *element);

/* `der` has the bytes of `text`, `size` of them. */
bool der_equals(struct der der, const void *bytes, size_t size);

/* What is being put together; all-zero is empty. */
struct der_text {
	unsigned char *bytes;
	size_t size;
};

void der_add(struct der_text *text, struct der bytes);
void der_add_element(struct der_text *text, unsigned tag, struct der content);

/* Adds a date as RFC 5280, 4.1.2.5 and 5.1.2.4 to 5.1.2.6, demand: as a UTCTime, which has two
 * digits for the year, before 2050, and as a GeneralizedTime since then. */
void der_add_time(struct der_text *text, time_t when);

/* Puts all that is in `text` into one element with the tag `tag`. */
void der_wrap(struct der_text *text, unsigned tag);
struct der der_of(const struct der_text *text);
void der_text_fini(struct der_text *text);

#endif
