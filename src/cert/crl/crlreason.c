/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reason of a revocation. */
#include "cert/crl/crlreason.h"

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

static const unsigned char oid_reason[] = { 0x55, 0x1d, 0x15 };

static const char *const reasons[] = { "unspecified", "keyCompromise", "cACompromise",
	"affiliationChanged", "superseded", "cessationOfOperation", "certificateHold",
	NULL, "removeFromCRL", "privilegeWithdrawn", "aACompromise" };

enum { HOLD = 6, REMOVE = 8, ATTRIBUTES = 10, REASON_COUNT = 11 };

const char *
crlreason_name(int reason)
{
	if (reason < 0 || reason >= REASON_COUNT || reasons[reason] == NULL)
		return reasons[CRLREASON_NONE];
	return reasons[reason];
}

int
crlreason_number(const char *name)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (i != HOLD && i != REMOVE && i != ATTRIBUTES && reasons[i] != NULL &&
		    strcasecmp(reasons[i], name) == 0)
			return i;
	return -1;
}

int
crlreason_read(struct der extensions)
{
	struct der_element one, oid, ignored, octets, number;

	while (der_take_tag(&extensions, DER_SEQUENCE, &one)) {
		struct der inside = one.content;
		if (!der_take_tag(&inside, DER_OID, &oid) ||
		    !der_equals(oid.content, oid_reason, sizeof oid_reason))
			continue;
		der_take_tag(&inside, 0x01, &ignored); /* the critical flag */
		if (der_take_tag(&inside, DER_OCTET_STRING, &octets) &&
		    der_take_tag(&octets.content, DER_ENUMERATED, &number) &&
		    number.content.size == 1)
			return number.content.bytes[0];
	}
	return CRLREASON_NONE;
}

void
crlreason_add(struct der_text *to, int reason)
{
	unsigned char byte = (unsigned char)reason;
	struct der_text value = { 0 }, extension = { 0 };

	if (reason == CRLREASON_NONE)
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
