/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRL_CRLREASON_H
#define TLSD_CERT_CRL_CRLREASON_H

/* The reason of a revocation: the words and the extension of RFC 5280, 5.3.1. Pure functions. */

#include "tls/x509/der.h"

/* The revocation has no reason. */
#define CRLREASON_NONE 0

/* Returns the word of RFC 5280, 5.3.1, such as "keyCompromise" for 1; "unspecified" for unknown
 * numbers. */
const char *crlreason_name(int reason);

/* Returns the number for one of these words, in any case. Returns -1 for another word, and for
 * reasons that do not suit a final revocation: certificateHold, removeFromCRL, aACompromise. */
int crlreason_number(const char *name);

/* The words that crlreason_number() takes. */
#define CRLREASON_WORDS                                                              \
	"unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, " \
	"cessationOfOperation, privilegeWithdrawn"

/* Returns the reason among the extensions of an entry. The library lacks a call for it. */
int crlreason_read(struct der extensions);

/* Adds the extensions of an entry. CRLREASON_NONE adds nothing, because RFC 5280 prefers that
 * to "unspecified". */
void crlreason_add(struct der_text *to, int reason);

#endif
