/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_REFUSAL_H
#define TLSD_TLS_REFUSAL_H

/* Why a client's certificate is refused: the class for log and counters, the alert for the
 * client, and the reason in words. Safe in any thread. */

#include <stdbool.h>

#include "base/failure.h"

struct refusal {
	enum failure failure;
	unsigned alert; /* of TLS 1.3: RFC 8446, 6.2 */
	char reason[192];
};

/* Fills it in. Always false, for who returns whether a certificate was accepted. */
bool refusal_set(struct refusal *refusal, enum failure failure, unsigned alert,
    const char *reason, ...) __attribute__((format(printf, 4, 5)));

#endif
