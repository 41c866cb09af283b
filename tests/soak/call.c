/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients for load programs. */
#include "call.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static gnutls_certificate_credentials_t credentials;

void
call_init(void)
{
	gnutls_certificate_allocate_credentials(&credentials);
}

void
call_fini(void)
{
	gnutls_certificate_free_credentials(credentials);
}

int
call_dial(in_addr_t host, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(host) };
	struct timeval patience = { .tv_sec = 60 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

gnutls_session_t
call_session(int fd, unsigned flags, const char *priority)
{
	gnutls_session_t tls;

	gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | flags);
	gnutls_priority_set_direct(tls, priority, NULL);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(tls, fd);
	return tls;
}

int
call_shake(gnutls_session_t tls)
{
	int code;

	do
		code = gnutls_handshake(tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	return code;
}
