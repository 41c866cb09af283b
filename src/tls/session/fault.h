/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_FAULT_H
#define TLSD_TLS_SESSION_FAULT_H

/* The first failure of a session: its class, for log and counters, and a reason in words.
 * Single thread. */

#include <stdarg.h>
#include <stdbool.h>

#include "base/failure.h"

struct transport;

struct fault {
	enum failure failure; /* FAILURE_NONE if nothing failed */
	bool alert_due; /* an alert must be sent to the client */
	char reason[192];
};

/* Records a failure, unless there is one already. */
void fault_set(struct fault *fault, enum failure failure, const char *reason,
    va_list args) __attribute__((format(printf, 3, 0)));

/* Records that the socket failed below TLS, in the handshake or after it. */
void fault_of_transport(
    struct fault *fault, const struct transport *transport, bool handshaken);

/* Returns the class of an error of the library, and its cause in words. */
enum failure fault_class(int code);
const char *fault_text(int code);

#endif
