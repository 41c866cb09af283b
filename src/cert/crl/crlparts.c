/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A revocation list as bytes, cut into parts. */
#include "cert/crl/crlparts.h"

#include <stddef.h>

static bool
is_time(const struct der *rest)
{
	return rest->size > 0 && (rest->bytes[0] == DER_UTC_TIME ||
				     rest->bytes[0] == DER_GENERALIZED_TIME);
}

bool
crlparts_split(const struct der_text *text, struct crlparts *parts)
{
	struct der_element outer, inner, part;
	struct der rest = der_of(text);

	*parts = (struct crlparts){ 0 };
	if (!der_take_tag(&rest, DER_SEQUENCE, &outer) ||
	    !der_take_tag(&outer.content, DER_SEQUENCE, &inner))
		return false;
	parts->signature = outer.content;
	rest = inner.content;
	parts->before = rest;
	der_take_tag(&rest, DER_INTEGER, &part); /* version 2, or missing */
	if (!der_take_tag(&rest, DER_SEQUENCE, &part) ||
	    !der_take_tag(&rest, DER_SEQUENCE, &part))
		return false;
	parts->before.size -= rest.size;
	while (is_time(&rest) && der_take(&rest, &part))
		;
	if (der_take_tag(&rest, DER_SEQUENCE, &part))
		parts->entries = part.content;
	parts->after = rest;
	return true;
}
