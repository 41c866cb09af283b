/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_REFUSAL_H
#define TLSD_TLS_CLIENTAUTH_REFUSAL_H

/* The reason for refusing a client's certificate: the class for log and counters, the alert for
 * the client, and the reason in words. Thread-safe. */

#include <stdbool.h>

#include "base/failure.h"

struct refusal {
	enum failure failure;
	unsigned alert; /* of TLS 1.3: RFC 8446, 6.2 */
	char reason[192];
};

/* Fills in the refusal. Returns false, so that a caller can return it as its own result. */
bool refusal_set(struct refusal *refusal, enum failure failure, unsigned alert,
    const char *reason, ...) __attribute__((format(printf, 4, 5)));

#endif
