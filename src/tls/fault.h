/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_FAULT_H
#define TLSD_TLS_FAULT_H

/* The first thing that went wrong in a session: its class, for log and counters, with a reason
 * in words. One thread. */

#include <stdarg.h>
#include <stdbool.h>

#include "base/failure.h"

struct transport;

struct fault {
	enum failure failure; /* FAILURE_NONE while all is well */
	bool alert_due; /* the client has to be told by an alert */
	char reason[192];
};

/* Keeps a failure, unless there is one. */
void fault_set(struct fault *fault, enum failure failure, const char *reason,
    va_list args) __attribute__((format(printf, 3, 0)));

/* Keeps that the socket failed below TLS, in the handshake or behind it. */
void fault_of_transport(
    struct fault *fault, const struct transport *transport, bool handshaken);

/* The class of an error of the library's. */
enum failure fault_class(int code);

#endif
