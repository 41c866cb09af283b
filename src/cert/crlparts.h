/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRLPARTS_H
#define TLSD_CERT_CRLPARTS_H

/* A revocation list as bytes, cut where its entries begin and end (RFC 5280, 5.1), so that the
 * next list keeps what is there byte by byte. */

#include <stdbool.h>

#include "cert/der.h"

/* All of them point into the list. */
struct crlparts {
	struct der before; /* up to the dates, which are left out */
	struct der entries; /* the content; empty where there are none */
	struct der after; /* its extensions */
	struct der signature; /* behind what is signed */
};

/* False if it is no list. */
bool crlparts_split(const struct der_text *text, struct crlparts *parts);

#endif
