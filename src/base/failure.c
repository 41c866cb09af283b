/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways in which a connection fails: their words, causes and remedies. */
#include "base/failure.h"

#include <assert.h>

/* The sentences are those of tlsd(8). */
static const struct {
	const char *name, *remedy;
} classes[FAILURE_COUNT] = {
	[FAILURE_NONE] = { "none", "" },
	[FAILURE_REFUSED_ADDRESS] = { "refused-address",
	    "The client's address is in deny, or is not in allow. Correct "
	    "these lists if the client must have access." },
	[FAILURE_REFUSED_LIMIT] = { "refused-limit",
	    "A limit was reached, or the server was stopping; the reason "
	    "says which. Raise the limit if it affects well-behaved "
	    "clients." },
	[FAILURE_PROXY_HEADER] = { "proxy-header",
	    "The service has accept-proxy, but the connection did not come "
	    "from accept-proxy-from, or did not begin with a valid PROXY "
	    "header; the reason says which. Add the proxy's network to "
	    "accept-proxy-from, or make the proxy send the header "
	    "(send-proxy-v2 in haproxy). Add a service of its own for "
	    "clients that do not come through the proxy." },
	[FAILURE_HELLO_TIMEOUT] = { "hello-timeout",
	    "No whole ClientHello, or no required PROXY header, arrived "
	    "within hello-timeout. The client is a scanner, a health check "
	    "that does not close its connection, or a program without TLS "
	    "that waits for the server's data. Enable TLS in such a "
	    "program, and make a health check close its connection." },
	[FAILURE_NOT_TLS] = { "not-tls",
	    "The first bytes are not a TLS record: the client uses another "
	    "protocol or the wrong port. Enable TLS in the client, or "
	    "correct its port." },
	[FAILURE_NOT_TLS_HTTP] = { "not-tls-http",
	    "The client sent a plain HTTP request. Use https in the "
	    "client's URL." },
	[FAILURE_HANDSHAKE_TIMEOUT] = { "handshake-timeout",
	    "The network is slow, the client does not continue, or no "
	    "worker was free in time. Compare the queue times of other "
	    "lines. If they are long, raise workers, or max-workers if "
	    "tlsdctl status shows held connections." },
	[FAILURE_EARLY_CLOSE] = { "early-close",
	    "The client closed or reset the connection before the end of "
	    "the handshake, or before it had the whole answer. Look for the "
	    "cause in the client or the network. Set quiet if a health "
	    "check connects and closes at once." },
	[FAILURE_VERSION] = { "version",
	    "Client and service have no protocol version in common. Update "
	    "the client, or change tls-min, tls-max or profile." },
	[FAILURE_CIPHER] = { "cipher",
	    "Client and service have no cipher suite, group or signature "
	    "algorithm in common, or no certificate of the service suits "
	    "the client. Add an RSA pair for clients without ECDSA, or "
	    "change profile, ciphers or groups." },
	[FAILURE_SNI] = { "sni",
	    "No service at the address serves the host that the client "
	    "named, or a client that names none. Add the host to "
	    "server-name, or turn sni-strict off." },
	[FAILURE_ALPN] = { "alpn",
	    "The services that the client could get have none of its "
	    "application protocols in alpn. Add one of them to alpn, or "
	    "correct the client." },
	[FAILURE_ACME] = { "acme",
	    "A client asked for the certificate of a challenge (acme-dir), "
	    "and there is none for the host that it named, or it cannot be "
	    "used. If the client is the authority, give user the right to "
	    "read the file, or correct the ACME client that makes it. Other "
	    "clients that ask for it are scanners." },
	[FAILURE_CERT_MISSING] = { "cert-missing",
	    "The service has client-verify = required, and the client sent "
	    "no certificate and used no pre-shared key. Give the client a "
	    "certificate, or configure the client to send the one that it "
	    "has." },
	[FAILURE_CERT_UNTRUSTED] = { "cert-untrusted",
	    "No authority in ca-file has issued the client's certificate, "
	    "its chain is longer than verify-depth, or a certificate is "
	    "damaged or too weak. Add the authority's certificate to "
	    "ca-file if you trust it, and make the client send the "
	    "certificates of all intermediate authorities." },
	[FAILURE_CERT_EXPIRED] = { "cert-expired",
	    "The client's certificate, or an issuer's certificate, has "
	    "expired or is not valid yet. Renew the certificate. If its "
	    "dates are right, set the clock of this machine." },
	[FAILURE_CERT_REVOKED] = { "cert-revoked",
	    "A list in crl-file revokes the client's certificate, or an "
	    "issuer's certificate. Issue a new certificate if the client "
	    "may connect again." },
	[FAILURE_CRL_EXPIRED] = { "crl-expired",
	    "crl-file has no current list of an authority in the client's "
	    "chain. Install a new list and reload." },
	[FAILURE_CERT_PURPOSE] = { "cert-purpose",
	    "The client's certificate is not for client authentication; it "
	    "is often a server's. Issue a certificate with that purpose." },
	[FAILURE_PSK] = { "psk",
	    "The identity of the client's pre-shared key is not in "
	    "psk-file, its key is another one there, or a reload has changed "
	    "or removed the line. Correct the line in psk-file and reload, or "
	    "correct the key of the client." },
	[FAILURE_NOT_ALLOWED] = { "not-allowed",
	    "The client's certificate is valid, but no rule of the service "
	    "allows it, or a reload has removed the service that had "
	    "allowed it. Add the client to allow-cn, allow-dns, allow-uri, "
	    "allow-pin or authorized-certs." },
	[FAILURE_CLIENT_ALERT] = { "client-alert",
	    "The client refused the server with the alert that the reason "
	    "names, often because it does not trust the certificate. For "
	    "unknown CA, install the issuer's certificate on the client. "
	    "For bad certificate or certificate expired, replace the "
	    "server's certificate." },
	[FAILURE_PROTOCOL] = { "protocol",
	    "The client violated the TLS protocol; clients other than "
	    "scanners rarely do. Update the client if it is yours." },
	[FAILURE_IDLE_TIMEOUT] = { "idle-timeout",
	    "The client sent nothing for idle-timeout while an answer "
	    "waited for its data, neither side sent anything for that time, "
	    "or max-lifetime was over. Raise these values for clients that "
	    "may be silent for longer." },
	[FAILURE_WRITE_TIMEOUT] = { "write-timeout",
	    "The client took no part of the answer for idle-timeout, or not "
	    "all of it within max-lifetime. Raise these values if clients "
	    "are slow or answers are long." },
	[FAILURE_KILLED] = { "killed",
	    "The administrator ended the connection by tlsdctl kill, or a "
	    "stop cut it. Raise shutdown-timeout if connections need more "
	    "time to finish at a stop." },
	[FAILURE_BACKEND] = { "backend",
	    "The server could reach no backend in connect, or the backend "
	    "reset the connection; the reason names the backend and the "
	    "error. Check that the backend runs and listens there, and that "
	    "user may write to its socket. After a time-out, check the load "
	    "of the backend." },
	[FAILURE_EXEC] = { "exec",
	    "The program in exec could not be started, exited with a status "
	    "other than 0, was ended by a signal, or exceeded exec-timeout; "
	    "the reason says which. Read the program's standard error, "
	    "which is in the log above that line, and correct the program." },
	[FAILURE_INTERNAL] = { "internal",
	    "The server itself failed: for example, it could not read a "
	    "file, or lacked memory, a descriptor, a port or a process. "
	    "Make the file readable, or raise the limit that the reason "
	    "names." },
};

const char *
failure_name(enum failure failure)
{
	assert(failure < FAILURE_COUNT);
	return classes[failure].name;
}

const char *
failure_remedy(enum failure failure)
{
	assert(failure < FAILURE_COUNT);
	return classes[failure].remedy;
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
