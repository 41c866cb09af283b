/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client that reports how a server's bytes arrive. "segments PORT PRIORITY" connects
 * to 127.0.0.1 and prints a line for each flight, that is, whenever no bytes were left
 * to read:
 *
 *	flight 1: 1113 bytes, 1 segments, fin
 *
 * "fin" means that the server's end was there together with these bytes, so that it
 * came in the same segment. The last line is "answer after flight 1: whole", or "cut"
 * without close_notify. Exit status 0, or 1 with a message.
 */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#define PATIENCE_MS 200000
#define STATE_CLOSE_WAIT \
	8 /* TCP_CLOSE_WAIT of netinet/tcp.h, which excludes linux/tcp.h */

static int fd;
static int flights;
static unsigned segments;
static unsigned char bytes[65536];
static size_t start, end;
static unsigned char unsent[65536]; /* the client's flight, which is sent at once */
static size_t unsent_size;

static int
fail(const char *what)
{
	fprintf(stderr, "segments: %s\n", what);
	return 1;
}

static int
flush(void)
{
	size_t size = unsent_size;

	unsent_size = 0;
	return size == 0 || send(fd, unsent, size, MSG_NOSIGNAL) == (ssize_t)size ? 0
	                                                                          : -1;
}

/* Waits for a flight, asks the kernel how it came, and only then reads it. */
static bool
fill(void)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct tcp_info info = { 0 };
	socklen_t size = sizeof info;

	if (flush() < 0 || poll(&pollfd, 1, PATIENCE_MS) != 1 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return false;
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);
	if (n <= 0)
		return false;
	printf("flight %d: %zd bytes, %u segments%s\n", ++flights, n,
	    info.tcpi_data_segs_in - segments,
	    info.tcpi_state == STATE_CLOSE_WAIT ? ", fin" : "");
	segments = info.tcpi_data_segs_in;
	start = 0;
	end = (size_t)n;
	return true;
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *to, size_t size)
{
	unsigned char *out = to;

	(void)pointer;
	if (start == end && !fill())
		return 0;
	if (size > end - start)
		size = end - start;
	for (size_t i = 0; i < size; i++)
		out[i] = bytes[start++];
	return (ssize_t)size;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *from, size_t size)
{
	(void)pointer;
	if (size > sizeof unsent - unsent_size)
		return -1;
	memcpy(unsent + unsent_size, from, size);
	unsent_size += size;
	return (ssize_t)size;
}

static int
dial(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof to);
}

static int
talk(gnutls_session_t session)
{
	char answer[16384];
	int code, answered = 0;
	ssize_t n;

	do
		code = gnutls_handshake(session);
	while (code < 0 && !gnutls_error_is_fatal(code));
	if (code < 0)
		return fail(gnutls_strerror(code));
	while ((n = gnutls_record_recv(session, answer, sizeof answer)) > 0 ||
	       n == GNUTLS_E_AGAIN)
		if (answered == 0 && n > 0)
			answered = flights;
	flush(); /* the client's Finished, if the answer was early */
	printf("answer after flight %d: %s\n", answered, n == 0 ? "whole" : "cut");
	return 0;
}

int
main(int argc, char **argv)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;

	if (argc != 3)
		return fail("usage: segments PORT PRIORITY");
	if (dial((int)strtol(argv[1], NULL, 10)) < 0)
		return fail("no connection");
	if (gnutls_certificate_allocate_credentials(&credentials) < 0 ||
	    gnutls_init(&session, GNUTLS_CLIENT) < 0)
		return fail("out of memory");
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	if (gnutls_priority_set_direct(session, argv[2], NULL) < 0)
		return fail("the priority is wrong");
	gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_push_function(session, push);
	int status = talk(session);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(credentials);
	close(fd);
	return status;
}
