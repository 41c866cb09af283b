/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first failure of a session. */
#include "tls/session/fault.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "tls/transport/transport.h"

void
fault_set(struct fault *fault, enum failure failure, const char *reason, va_list args)
{
	if (fault->failure != FAILURE_NONE)
		return;
	fault->failure = failure;
	fault->alert_due = true;
	vsnprintf(fault->reason, sizeof fault->reason, reason, args);
}

static void __attribute__((format(printf, 3, 4)))
set_fault(struct fault *fault, enum failure failure, const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	fault_set(fault, failure, reason, args);
	va_end(args);
}

void
fault_of_transport(
    struct fault *fault, const struct transport *transport, bool handshaken)
{
	const char *phase = handshaken ? "answer" : "handshake";

	switch (transport->failure) {
	case TRANSPORT_TIMED_OUT_READING:
		set_fault(fault,
		    handshaken ? FAILURE_IDLE_TIMEOUT : FAILURE_HANDSHAKE_TIMEOUT,
		    "the client sent nothing more in time");
		break;
	case TRANSPORT_TIMED_OUT_WRITING:
		set_fault(fault,
		    handshaken ? FAILURE_WRITE_TIMEOUT : FAILURE_HANDSHAKE_TIMEOUT,
		    "the client did not accept the %s in time", phase);
		break;
	case TRANSPORT_END:
		set_fault(fault, FAILURE_EARLY_CLOSE,
		    "the client closed the connection during the %s", phase);
		break;
	case TRANSPORT_STARVED:
		set_fault(fault, FAILURE_INTERNAL, "out of memory");
		break;
	default:
		set_fault(fault, FAILURE_EARLY_CLOSE,
		    "connection lost during the %s: %s", phase,
		    strerrordesc_np(transport->error));
	}
}

const char *
fault_text(int code)
{
	switch (code) {
	case GNUTLS_E_NO_CIPHER_SUITES:
		return "the client supports none of the cipher suites of the service, "
		       "or "
		       "not its groups or certificates: tlsd -t prints them";
	case GNUTLS_E_NO_COMMON_KEY_SHARE:
		return "the client supports none of the groups of the service: tlsd -t "
		       "prints them";
	case GNUTLS_E_MISSING_EXTENSION: /* RFC 8446, 9.2 */
		return "the client left out an extension that TLS 1.3 requires";
	default:
		return gnutls_strerror(code);
	}
}

enum failure
fault_class(int code)
{
	switch (code) {
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_INAPPROPRIATE_FALLBACK:
		return FAILURE_VERSION;
	case GNUTLS_E_NO_CIPHER_SUITES:
	case GNUTLS_E_NO_COMMON_KEY_SHARE:
	case GNUTLS_E_INSUFFICIENT_CREDENTIALS:
	case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
	case GNUTLS_E_UNWANTED_ALGORITHM:
		return FAILURE_CIPHER;
	case GNUTLS_E_RECEIVED_DISALLOWED_NAME: /* prevented by hiddenname.h */
		return FAILURE_SNI;
	case GNUTLS_E_NO_APPLICATION_PROTOCOL:
		return FAILURE_ALPN;
	case GNUTLS_E_MEMORY_ERROR:
	case GNUTLS_E_INTERNAL_ERROR:
	case GNUTLS_E_PK_SIGN_FAILED: /* we sign, not the client */
		return FAILURE_INTERNAL;
	default:
		return FAILURE_PROTOCOL;
	}
}
