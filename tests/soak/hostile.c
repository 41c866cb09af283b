/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile SECONDS PORT ECHO-PORT BACKEND-PORT PROGRAM-PORT: runs hostile clients of all
 * kinds at once, a thread for each kind. The server listens at 127.0.0.1, its echo
 * service at 127.0.0.2, and the services with a backend and with a program at 127.0.0.3
 * and 127.0.0.4. One more thread checks large answers of the echo. Prints the number of
 * connections of each kind. Exit status 1 if an echo was wrong.
 */
#include "call.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIECE 16384
#define ECHO_PIECES 32

enum service { TEXT, ECHO, BACKEND, PROGRAM, SERVICE_COUNT };

static unsigned ports[SERVICE_COUNT];
static time_t end;
static atomic_bool wrong;

static time_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static void
reset(int fd)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void
be_silent(int fd)
{
	struct pollfd closed = { .fd = fd, .events = POLLIN };

	poll(&closed, 1, 2000);
}

static void
drip(int fd)
{
	static const unsigned char header[] = { 22, 3, 1, 2, 0, 1 };

	for (size_t i = 0; i < 60; i++) {
		unsigned char byte = i < sizeof header ? header[i] : 0;
		if (send(fd, &byte, 1, MSG_NOSIGNAL) < 0)
			return;
		poll(NULL, 0, 50);
	}
}

static void
send_garbage(int fd)
{
	unsigned char bytes[PIECE];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)rand();
	bytes[0] = rand() & 1 ? 22 : bytes[0];
	send(fd, bytes, 1 + (size_t)rand() % sizeof bytes, MSG_NOSIGNAL);
	poll(NULL, 0, 5);
}

/* Sends a ClientHello, and leaves before or after the answer. */
static void
shake_half(int fd)
{
	gnutls_session_t tls = call_session(fd, GNUTLS_NONBLOCK, CALL_TLS13);
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	fcntl(fd, F_SETFL, O_NONBLOCK);
	gnutls_handshake(tls);
	if (rand() & 1)
		poll(&answer, 1, 1000);
	gnutls_deinit(tls);
	if (rand() & 1)
		reset(fd);
}

/* Delays the steps of its handshake, and may leave before the end. */
static void
dawdle(int fd)
{
	gnutls_session_t tls = call_session(fd, GNUTLS_NONBLOCK, CALL_TLS12);
	int most = rand() % 8;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < most && gnutls_handshake(tls) == GNUTLS_E_AGAIN; i++)
		poll(NULL, 0, 50);
	gnutls_deinit(tls);
}

static void
reset_at_once(int fd)
{
	send(fd, "\x16\x03\x01\x02", 4, MSG_NOSIGNAL);
	reset(fd);
}

static void
renegotiate(int fd)
{
	gnutls_session_t tls = call_session(fd, 0, CALL_TLS12);

	if (call_shake(tls) == 0)
		for (int i = 0; i < 10 && call_shake(tls) == 0; i++)
			;
	gnutls_deinit(tls);
}

static void
update_keys(int fd)
{
	gnutls_session_t tls = call_session(fd, 0, CALL_TLS13);

	if (call_shake(tls) == 0)
		for (int i = 0; i < 50; i++)
			if (gnutls_session_key_update(tls, GNUTLS_KU_PEER) < 0)
				break;
	gnutls_deinit(tls);
}

/* Completes its handshake, waits up to 0.5 s, and may then send a byte. */
static void
be_idle(int fd)
{
	gnutls_session_t tls = call_session(fd, 0, "NORMAL");

	if (call_shake(tls) == 0) {
		poll(NULL, 0, rand() % 500);
		if (rand() % 2 == 0)
			gnutls_record_send(tls, "x", 1);
	}
	gnutls_deinit(tls);
}

/* Sends a piece and receives it. Returns true if the echo is right. */
static bool
echoes(gnutls_session_t tls, unsigned char seed)
{
	unsigned char sent[PIECE], got[PIECE];

	memset(sent, seed, sizeof sent);
	if (gnutls_record_send(tls, sent, sizeof sent) != PIECE)
		return false;
	for (size_t have = 0; have < PIECE;) {
		ssize_t n = gnutls_record_recv(tls, got + have, PIECE - have);
		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return memcmp(sent, got, PIECE) == 0;
}

static void
echo_much(int fd)
{
	gnutls_session_t tls = call_session(fd, 0, "NORMAL");
	bool right = call_shake(tls) == 0;

	for (int i = 0; i < ECHO_PIECES && right; i++)
		right = echoes(tls, (unsigned char)rand());
	if (!right)
		atomic_store(&wrong, true);
	gnutls_bye(tls, GNUTLS_SHUT_WR);
	gnutls_deinit(tls);
}

static struct kind {
	const char *name;
	void (*call)(int fd);
	enum service service;
	unsigned long count;
	pthread_t thread;
} kinds[] = { { .name = "silent", .call = be_silent }, { .name = "drip", .call = drip },
	{ .name = "garbage", .call = send_garbage },
	{ .name = "reset", .call = reset_at_once },
	{ .name = "half", .call = shake_half }, { .name = "dawdling", .call = dawdle },
	{ .name = "renegotiation", .call = renegotiate, .service = ECHO },
	{ .name = "key update", .call = update_keys, .service = ECHO },
	{ .name = "idle", .call = be_idle, .service = ECHO },
	{ .name = "backend", .call = be_idle, .service = BACKEND },
	{ .name = "program", .call = be_idle, .service = PROGRAM },
	{ .name = "echo", .call = echo_much, .service = ECHO } };

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static void *
call_again_and_again(void *argument)
{
	struct kind *kind = argument;

	while (now() < end) {
		int fd =
		    call_dial(INADDR_LOOPBACK + kind->service, ports[kind->service]);
		if (fd < 0)
			continue;
		kind->call(fd);
		kind->count++;
		close(fd);
		poll(NULL, 0, 5);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	if (argc != 2 + SERVICE_COUNT) {
		fputs("usage: hostile SECONDS PORT ECHO-PORT BACKEND-PORT "
		      "PROGRAM-PORT\n",
		    stderr);
		return 2;
	}
	end = now() + (time_t)strtol(argv[1], NULL, 10);
	for (int i = 0; i < SERVICE_COUNT; i++)
		ports[i] = (unsigned)strtoul(argv[2 + i], NULL, 10);
	call_init();
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (pthread_create(
			&kinds[i].thread, NULL, call_again_and_again, &kinds[i]) != 0)
			return 1;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		pthread_join(kinds[i].thread, NULL);
		printf("%s: %lu\n", kinds[i].name, kinds[i].count);
	}
	call_fini();
	if (atomic_load(&wrong))
		fputs("an echo was wrong\n", stderr);
	return atomic_load(&wrong) ? 1 : 0;
}
