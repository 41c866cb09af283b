/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reason for refusing a client's certificate. */
#include "tls/clientauth/refusal.h"

#include <stdarg.h>
#include <stdio.h>

bool
refusal_set(struct refusal *refusal, enum failure failure, unsigned alert,
    const char *reason, ...)
{
	va_list args;

	refusal->failure = failure;
	refusal->alert = alert;
	va_start(args, reason);
	vsnprintf(refusal->reason, sizeof refusal->reason, reason, args);
	va_end(args);
	return false;
}
