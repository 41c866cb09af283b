/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for the ways in which a connection fails. */
#include "base/failure.h"

#include <assert.h>

static const char *const names[FAILURE_COUNT] = {
	[FAILURE_NONE] = "none",
	[FAILURE_REFUSED_ADDRESS] = "refused-address",
	[FAILURE_REFUSED_LIMIT] = "refused-limit",
	[FAILURE_PROXY_HEADER] = "proxy-header",
	[FAILURE_HELLO_TIMEOUT] = "hello-timeout",
	[FAILURE_NOT_TLS] = "not-tls",
	[FAILURE_NOT_TLS_HTTP] = "not-tls-http",
	[FAILURE_HANDSHAKE_TIMEOUT] = "handshake-timeout",
	[FAILURE_EARLY_CLOSE] = "early-close",
	[FAILURE_VERSION] = "version",
	[FAILURE_CIPHER] = "cipher",
	[FAILURE_SNI] = "sni",
	[FAILURE_ALPN] = "alpn",
	[FAILURE_ACME] = "acme",
	[FAILURE_CERT_MISSING] = "cert-missing",
	[FAILURE_CERT_UNTRUSTED] = "cert-untrusted",
	[FAILURE_CERT_EXPIRED] = "cert-expired",
	[FAILURE_CERT_REVOKED] = "cert-revoked",
	[FAILURE_CRL_EXPIRED] = "crl-expired",
	[FAILURE_CERT_PURPOSE] = "cert-purpose",
	[FAILURE_NOT_ALLOWED] = "not-allowed",
	[FAILURE_CLIENT_ALERT] = "client-alert",
	[FAILURE_PROTOCOL] = "protocol",
	[FAILURE_IDLE_TIMEOUT] = "idle-timeout",
	[FAILURE_WRITE_TIMEOUT] = "write-timeout",
	[FAILURE_KILLED] = "killed",
	[FAILURE_BACKEND] = "backend",
	[FAILURE_EXEC] = "exec",
	[FAILURE_INTERNAL] = "internal",
};

const char *
failure_name(enum failure failure)
{
	assert(failure < FAILURE_COUNT);
	return names[failure];
}

bool
failure_is_hostile(enum failure failure)
{
	switch (failure) {
	case FAILURE_REFUSED_ADDRESS:
	case FAILURE_REFUSED_LIMIT:
	case FAILURE_HELLO_TIMEOUT:
	case FAILURE_NOT_TLS:
	case FAILURE_NOT_TLS_HTTP:
	case FAILURE_PROTOCOL:
		return true;
	default:
		return false;
	}
}
