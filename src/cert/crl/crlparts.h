/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRL_CRLPARTS_H
#define TLSD_CERT_CRL_CRLPARTS_H

/* A revocation list as bytes, divided around its entries (RFC 5280, 5.1), so that the next list
 * keeps the old bytes. */

#include <stdbool.h>

#include "tls/x509/der.h"

/* All parts point into the list. */
struct crlparts {
	struct der before; /* up to the dates, which are in no part */
	struct der entries; /* their content; empty if there are none */
	struct der after; /* its extensions */
	struct der signature; /* after the signed part */
};

/* Splits a list. False if `text` is not a list. */
bool crlparts_split(const struct der_text *text, struct crlparts *parts);

#endif
