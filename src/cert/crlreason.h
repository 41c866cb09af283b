/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_CRLREASON_H
#define TLSD_CERT_CRLREASON_H

/* Why a certificate was revoked: the words and the extension of RFC 5280, 5.3.1. Pure
 * functions. */

#include "cert/der.h"

/* No reason is given for a revocation, or one that RFC 5280 does not know. */
#define CRLREASON_NONE 0

/* "keyCompromise" for 1: the words of RFC 5280, 5.3.1. */
const char *crlreason_name(int reason);

/* The number for one of these words, in any case; -1 for another word and for what cannot be
 * said of a certificate for good: certificateHold, removeFromCRL, aACompromise. */
int crlreason_number(const char *name);

/* All the words that crlreason_number() takes. */
#define CRLREASON_WORDS                                                              \
	"unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, " \
	"cessationOfOperation, privilegeWithdrawn"

/* The reason among the extensions of an entry, for which the library has no call. */
int crlreason_read(struct der extensions);

/* Adds the extensions of an entry; none for CRLREASON_NONE, which is better than to say that
 * there is none. */
void crlreason_add(struct der_text *to, int reason);

#endif
