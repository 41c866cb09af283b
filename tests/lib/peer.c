/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients for tests. */
#include "lib/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/suite.h"

#define HEADER_SIZE 5
#define NARROW_BYTES 4096
#define WIDE_BYTES (1 << 20)

static int
open_socket(int family)
{
	struct timeval patience = { .tv_sec = SUITE_PATIENCE_MS / 1000 };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	ck_assert_int_ge(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static int
connect_to(int fd, const void *address, size_t length)
{
	int result = connect(fd, address, (socklen_t)length);

	ck_assert_msg(result == 0, "connect: %s", strerrordesc_np(errno));
	return fd;
}

static int
dial(int fd, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect_to(fd, &address, sizeof address);
}

int
peer_dial(unsigned port)
{
	return dial(open_socket(AF_INET), port);
}

int
peer_dial_narrow(unsigned port)
{
	int fd = open_socket(AF_INET), size = NARROW_BYTES;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return dial(fd, port);
}

void
peer_widen(int fd)
{
	int size = WIDE_BYTES;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

int
peer_dial_v6_from(const char *host, unsigned port)
{
	struct sockaddr_in6 from = { .sin6_family = AF_INET6 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = open_socket(AF_INET6);

	ck_assert_int_eq(inet_pton(AF_INET6, host, &from.sin6_addr), 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	return connect_to(fd, &to, sizeof to);
}

int
peer_dial_v6(unsigned port)
{
	return peer_dial_v6_from("::", port);
}

static struct sockaddr_un
address_of_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

int
peer_dial_path(const char *path)
{
	struct sockaddr_un address = address_of_path(path);

	return connect_to(open_socket(AF_UNIX), &address, sizeof address);
}

int
peer_listen_path(const char *path, int backlog)
{
	struct sockaddr_un address = address_of_path(path);
	int fd = open_socket(AF_UNIX);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

int
peer_listen(unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int fd = open_socket(AF_INET);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

size_t
peer_fill_backlog(unsigned port, int *taken, size_t room)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (size_t count = 0; count < room; count++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
		connect(fd, (struct sockaddr *)&address, sizeof address);
		if (poll(&pollfd, 1, 200) == 0) {
			close(fd);
			return count;
		}
		taken[count] = fd;
	}
	ck_abort_msg("the backlog has no end");
}

void
peer_raise_limit(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void
peer_send(int fd, const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size > 0) {
		ssize_t n = send(fd, from, size, MSG_NOSIGNAL);
		ck_assert_msg(n > 0, "send: %s", strerrordesc_np(errno));
		from += n;
		size -= (size_t)n;
	}
}

void
peer_say(int fd, const char *text)
{
	peer_send(fd, text, strlen(text));
}

size_t
peer_hear(int fd, char *bytes, size_t room)
{
	char piece[16384];
	size_t total = 0;
	ssize_t n;

	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		for (ssize_t i = 0; i < n; i++, total++)
			if (total + 1 < room)
				bytes[total] = piece[i];
	ck_assert_msg(n == 0, "recv: %s", strerrordesc_np(errno));
	if (room > 0)
		bytes[total < room ? total : room - 1] = '\0';
	close(fd);
	return total;
}

void
peer_see_off(int fd)
{
	char piece[16384];
	ssize_t n;

	do
		n = recv(fd, piece, sizeof piece, 0);
	while (n > 0);
	ck_assert_msg(
	    n == 0 || errno == ECONNRESET, "recv: %s", strerrordesc_np(errno));
	close(fd);
}

void
peer_reset(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

/* Sends `size` bytes in pieces, with 1 ms between, so that each can arrive alone. */
static void
send_pieces(int fd, const char *bytes, size_t size, size_t piece)
{
	while (size > 0) {
		size_t part = size < piece ? size : piece;
		peer_send(fd, bytes, part);
		bytes += part;
		size -= part;
		poll(NULL, 0, 1);
	}
}

/* Sends the record at `bytes` as several records of at most `piece` bytes each. */
static void
send_records(int fd, const unsigned char *bytes, size_t size, size_t piece)
{
	ck_assert_uint_gt(size, HEADER_SIZE);
	for (size_t at = HEADER_SIZE; at < size; at += piece) {
		size_t part = size - at < piece ? size - at : piece;
		unsigned char header[HEADER_SIZE] = { bytes[0], bytes[1], bytes[2],
			(unsigned char)(part >> 8), (unsigned char)part };
		peer_send(fd, header, sizeof header);
		peer_send(fd, bytes + at, part);
	}
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct peer *peer = pointer;
	const struct peer_options *options = peer->options;
	bool first = !peer->first_sent;

	peer->first_sent = true;
	if (first && options->record > 0) {
		send_records(peer->fd, bytes, size, options->record);
		return (ssize_t)size;
	}
	if (options->segment > 0) {
		send_pieces(peer->fd, bytes, size, options->segment);
		return (ssize_t)size;
	}
	return send(peer->fd, bytes, size, MSG_NOSIGNAL);
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	const struct peer *peer = pointer;

	if (peer->deaf) {
		errno = EAGAIN;
		return -1;
	}
	return recv(peer->fd, bytes, size, 0);
}

static void
set_trust(struct peer *peer)
{
	const struct peer_options *options = peer->options;

	gnutls_certificate_allocate_credentials(&peer->credentials);
	gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, peer->credentials);
	if (options->trust == NULL)
		return;
	ck_assert_int_gt(gnutls_certificate_set_x509_trust_file(
			     peer->credentials, options->trust, GNUTLS_X509_FMT_PEM),
	    0);
	gnutls_session_set_verify_cert(peer->tls, options->host, 0);
}

static void
set_extensions(struct peer *peer)
{
	const struct peer_options *options = peer->options;

	if (options->name != NULL)
		gnutls_server_name_set(
		    peer->tls, GNUTLS_NAME_DNS, options->name, strlen(options->name));
	if (options->alpn == NULL)
		return;
	char *name = memory_copy(options->alpn);
	gnutls_datum_t alpn = { (unsigned char *)name, (unsigned)strlen(name) };
	ck_assert_int_eq(gnutls_alpn_set_protocols(peer->tls, &alpn, 1, 0), 0);
	free(name);
}

static struct peer *
make_peer(int fd, const struct peer_options *options)
{
	static const struct peer_options usual = { 0 };
	struct peer *peer = memory_new(sizeof *peer);

	peer->fd = fd;
	peer->options = options != NULL ? options : &usual;
	const char *priority = peer->options->priority != NULL
	                           ? peer->options->priority
	                           : "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	ck_assert_int_eq(
	    gnutls_init(&peer->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL),
	    0);
	ck_assert_int_eq(gnutls_priority_set_direct(peer->tls, priority, NULL), 0);
	set_trust(peer);
	set_extensions(peer);
	gnutls_transport_set_ptr(peer->tls, peer);
	gnutls_transport_set_push_function(peer->tls, push);
	gnutls_transport_set_pull_function(peer->tls, pull);
	return peer;
}

struct peer *
peer_new(int fd, const struct peer_options *options)
{
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return make_peer(fd, options);
}

void
peer_free(struct peer *peer)
{
	gnutls_deinit(peer->tls);
	gnutls_certificate_free_credentials(peer->credentials);
	if (peer->fd >= 0)
		close(peer->fd);
	free(peer->answer);
	free(peer);
}

static bool
is_again(ssize_t code)
{
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

static void
finish(struct peer *peer, int code)
{
	peer->done = true;
	peer->code = code;
	if (code < 0)
		gnutls_alert_send_appropriate(peer->tls, code);
}

static void
step_handshake(struct peer *peer)
{
	int code = gnutls_handshake(peer->tls);

	if (code == 0)
		peer->shaken = true;
	else if (code == GNUTLS_E_WARNING_ALERT_RECEIVED)
		return;
	else if (!is_again(code))
		finish(peer, code);
}

/* Sends a part of the request: arbitrary bytes, which the server need not read. */
static void
step_request(struct peer *peer)
{
	static const char bytes[16384];
	size_t left = peer->options->request - peer->asked;
	ssize_t n = gnutls_record_send(
	    peer->tls, bytes, left < sizeof bytes ? left : sizeof bytes);

	if (n > 0)
		peer->asked += (size_t)n;
	else if (!is_again(n))
		finish(peer, (int)n);
}

static void
step_answer(struct peer *peer)
{
	size_t gulp = peer->options->gulp;
	ssize_t n;

	do {
		if (peer->room - peer->size < 16385) {
			peer->room = 2 * peer->room + 16385;
			peer->answer = memory_resize(peer->answer, peer->room);
		}
		n = gnutls_record_recv(
		    peer->tls, peer->answer + peer->size, gulp > 0 ? gulp : 16384);
		if (n > 0)
			peer->size += (size_t)n;
		peer->answer[peer->size] = '\0';
	} while (n > 0 && gulp == 0);
	if (gulp > 0)
		poll(NULL, 0, 1);
	if (n <= 0 && !is_again(n))
		finish(peer, (int)n);
}

void
peer_step(struct peer *peer)
{
	if (!peer->shaken)
		step_handshake(peer);
	if (peer->done || !peer->shaken)
		return;
	if (peer->asked < peer->options->request)
		step_request(peer);
	else
		step_answer(peer);
}

static short
wanted_events(const struct peer *peer)
{
	bool asks = peer->shaken && peer->asked < peer->options->request;

	return asks || gnutls_record_get_direction(peer->tls) == 1 ? POLLIN | POLLOUT
	                                                           : POLLIN;
}

/* Waits until a client can go on. Returns the number of clients that are not done. */
static size_t
wait_for_any(struct peer **peers, struct pollfd *polls, size_t count)
{
	size_t open = 0;
	int wait_ms = 100;

	for (size_t i = 0; i < count; i++) {
		polls[i] = (struct pollfd){ .fd = peers[i]->done ? -1 : peers[i]->fd,
			.events = wanted_events(peers[i]) };
		open += !peers[i]->done;
		if (!peers[i]->done && gnutls_record_check_pending(peers[i]->tls) > 0)
			wait_ms = 0;
	}
	if (open > 0)
		poll(polls, count, wait_ms);
	return open;
}

void
peer_run_all(struct peer **peers, size_t count)
{
	struct pollfd *polls = memory_new(count * sizeof *polls);
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	for (;;) {
		for (size_t i = 0; i < count; i++)
			if (!peers[i]->done)
				peer_step(peers[i]);
		size_t open = wait_for_any(peers, polls, count);
		if (open == 0)
			break;
		ck_assert_msg(!deadline_passed(deadline),
		    "%zu of %zu clients are not done", open, count);
	}
	free(polls);
}

int
peer_run(struct peer *peer)
{
	peer_run_all(&peer, 1);
	return peer->code;
}

int
peer_shake(struct peer *peer)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);
	struct pollfd pollfd;

	while (!peer->done && !peer->shaken) {
		step_handshake(peer);
		ck_assert_msg(!deadline_passed(deadline), "no handshake");
		if (!peer->done && !peer->shaken)
			wait_for_any(&peer, &pollfd, 1);
	}
	return peer->code;
}

const char *
peer_ask_over(int fd, const struct peer_options *options)
{
	struct peer *peer = peer_new(fd, options);
	int code = peer_run(peer);

	ck_assert_msg(code == 0, "the client failed: %s", gnutls_strerror(code));
	const char *answer = suite_keep(peer->answer, peer->size);
	peer_free(peer);
	return answer;
}

const char *
peer_ask(unsigned port)
{
	return peer_ask_over(peer_dial(port), NULL);
}

int
peer_try(unsigned port, const struct peer_options *options)
{
	struct peer *peer = peer_new(peer_dial(port), options);
	int code = peer_run(peer);

	peer_free(peer);
	return code;
}

struct peer **
peer_crowd(unsigned port, size_t count, const struct peer_options *options)
{
	struct peer **peers = memory_new(count * sizeof(struct peer *));

	for (size_t i = 0; i < count; i++) {
		peers[i] = peer_new(peer_dial(port), options);
		peer_step(peers[i]);
	}
	return peers;
}

void
peer_crowd_finish(struct peer **peers, size_t count, const char *answer)
{
	peer_run_all(peers, count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(peers[i]->code == 0, "client %zu of %zu: %s", i, count,
		    gnutls_strerror(peers[i]->code));
		ck_assert_str_eq(peers[i]->answer, answer);
		peer_free(peers[i]);
	}
	free(peers);
}

/* Captures what a client sends, in place of a socket. */
struct catch
{
	unsigned char *bytes;
	size_t size;
};

static ssize_t
push_into_catch(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct catch *catch = pointer;

	ck_assert_uint_le(catch->size + size, 2048);
	memcpy(catch->bytes + catch->size, bytes, size);
	catch->size += size;
	return (ssize_t)size;
}

static ssize_t
pull_nothing(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	(void)pointer;
	(void)bytes;
	(void)size;
	errno = EAGAIN;
	return -1;
}

size_t
peer_hello_of(const struct peer_options *options, unsigned char bytes[2048])
{
	struct catch catch = { .bytes = bytes };
	struct peer *peer = make_peer(-1, options);

	gnutls_transport_set_ptr(peer->tls, &catch);
	gnutls_transport_set_push_function(peer->tls, push_into_catch);
	gnutls_transport_set_pull_function(peer->tls, pull_nothing);
	ck_assert_int_eq(gnutls_handshake(peer->tls), GNUTLS_E_AGAIN);
	peer_free(peer);
	return catch.size;
}

size_t
peer_hello(unsigned char bytes[2048])
{
	return peer_hello_of(NULL, bytes);
}
