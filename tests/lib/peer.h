/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_PEER_H
#define TLSD_TESTS_PEER_H

/*
 * Clients for tests, well-behaved or hostile: plain sockets, and non-blocking TLS
 * clients, so that one test can run a thousand. Failures are reported with Check's
 * assertions.
 */

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* Return connected blocking sockets: to a port of 127.0.0.1 or ::1, or to a Unix-domain socket. */
int peer_dial(unsigned port);
int peer_dial_v6(unsigned port);
int peer_dial_v6_from(const char *host, unsigned port); /* `host`: a local address */
int peer_dial_path(const char *path);

/* Connects to a port of 127.0.0.1 with a receive buffer of a few KiB. */
int peer_dial_narrow(unsigned port);

/* Gives a socket a receive buffer that is large enough not to slow it down. */
void peer_widen(int fd);

/* Returns a socket that listens on `*port` of 127.0.0.1; 0 is replaced by the actual port. */
int peer_listen(unsigned *port);

/* Returns a socket that listens at a path and queues up to `backlog` + 1 connections. */
int peer_listen_path(const char *path, int backlog);

/* Connects until a connection is not accepted within 200 ms. Returns how many were, and
 * stores them in `taken`. Fails the test if `room` connections do not fill the backlog. */
size_t peer_fill_backlog(unsigned port, int *taken, size_t room);

/* Raises the soft limit of descriptors to the hard limit. */
void peer_raise_limit(void);

/* Send all bytes, or the whole text. */
void peer_send(int fd, const void *bytes, size_t size);
void peer_say(int fd, const char *text);

/* Reads until the end of the stream and closes. Returns the number of bytes received.
 * Keeps at most `room` - 1 of them, with a NUL appended. A reset fails the test. */
size_t peer_hear(int fd, char *bytes, size_t room);

/* Reads until the server closes, with FIN or RST, and closes the socket. */
void peer_see_off(int fd);

/* Closes the socket so that the server receives a reset. */
void peer_reset(int fd);

struct peer_options {
	const char *priority; /* NULL: TLS 1.3 and 1.2 with the usual algorithms */
	const char *name; /* server_name; NULL for none */
	const char *alpn; /* one protocol; NULL for none */
	const char *trust; /* PEM of an authority; NULL takes any certificate */
	const char *host; /* name that the certificate must match, if `trust` is set */
	size_t
	    segment; /* sends pieces of this size, with pauses between; 0: not split */
	size_t record; /* splits the ClientHello into such records; 0: not split */
	size_t request; /* sends this many bytes before it reads */
	size_t gulp; /* reads at most so many bytes at a time, pausing; 0: no limit */
};

/* Write the ClientHello of a client with these options, or of the default one, as a
 * single record. Return its size in bytes. */
size_t peer_hello_of(const struct peer_options *options, unsigned char bytes[2048]);
size_t peer_hello(unsigned char bytes[2048]);

struct peer {
	int fd;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
	const struct peer_options *options;
	bool shaken, done, first_sent;
	bool deaf; /* while set, the client reads nothing */
	int code; /* if `done`: 0 after an answer and a proper close, or the library's error */
	size_t asked; /* bytes of the request sent so far */
	char *answer; /* bytes received, with a NUL appended */
	size_t size, room;
};

/* Returns a client on `fd`, which it owns from then on. `options` must outlive the
 * client; NULL: the defaults. */
struct peer *peer_new(int fd, const struct peer_options *options);
void peer_free(struct peer *peer);

/* Continues until the client would block. */
void peer_step(struct peer *peer);

/* Runs all clients until each is done. */
void peer_run_all(struct peer **peers, size_t count);

/* Run a client until it is done, or until its handshake has completed. Return `code`; 0
 * after a handshake. */
int peer_run(struct peer *peer);
int peer_shake(struct peer *peer);

/* Returns the whole answer to a default client; freed when the process exits. */
const char *peer_ask(unsigned port);

/* Returns the whole answer to a client with these options; freed when the process exits. */
const char *peer_ask_over(int fd, const struct peer_options *options);

/* Runs a client and ignores its answer. Returns its `code`, 0 on success. */
int peer_try(unsigned port, const struct peer_options *options);

/* Returns `count` clients that are connected to `port` and have sent their ClientHellos. */
struct peer **peer_crowd(
    unsigned port, size_t count, const struct peer_options *options);

/* Runs the clients until all are done, expects `answer` from each, and frees them. */
void peer_crowd_finish(struct peer **peers, size_t count, const char *answer);

#endif
