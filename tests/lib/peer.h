/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_PEER_H
#define TLSD_TESTS_PEER_H

/*
 * Clients for tests, honest and otherwise: bare sockets, and TLS clients that do not block,
 * so that one test can be a thousand of them. Everything that must work is checked with
 * Check's assertions.
 */

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* Connected blocking sockets: to a port of 127.0.0.1, of ::1, or a Unix-domain socket. */
int peer_dial(unsigned port);
int peer_dial_v6(unsigned port);
int peer_dial_v6_from(const char *host, unsigned port); /* an address of ours */
int peer_dial_path(const char *path);

/* Connected to a port of 127.0.0.1 with a receive buffer of a few bytes only. */
int peer_dial_narrow(unsigned port);

/* Gives such a socket a receive buffer that does not slow it down. */
void peer_widen(int fd);

/* A socket that listens at `*port` of 127.0.0.1; 0 is replaced by the one that it got. */
int peer_listen(unsigned *port);

/* The same at a path, with room for `backlog` + 1 that wait. */
int peer_listen_path(const char *path, int backlog);

/* Connects until nobody is taken any more, which must be within `room`; how often that worked.
 * What did goes to `taken`. */
size_t peer_fill_backlog(unsigned port, int *taken, size_t room);

/* Lets this process have as many sockets as it may. */
void peer_raise_limit(void);

/* Sends all of the bytes, or the text. */
void peer_send(int fd, const void *bytes, size_t size);
void peer_say(int fd, const char *text);

/* Reads to the end and closes. Returns how many bytes came, of which `room` - 1 at most are
 * kept with a NUL behind; a reset fails the test. */
size_t peer_hear(int fd, char *bytes, size_t room);

/* Waits until the server has closed, properly or by a reset, and closes too. */
void peer_see_off(int fd);

/* Closes so that the server gets a reset. */
void peer_reset(int fd);

struct peer_options {
	const char *priority; /* NULL: TLS 1.3 and 1.2 with all that is usual */
	const char *name; /* server_name; NULL for none */
	const char *alpn; /* one protocol; NULL for none */
	const char *trust; /* PEM of an authority; NULL takes any certificate */
	const char *host; /* what the certificate must be for, if `trust` is set */
	size_t
	    segment; /* sends pieces of this size, pausing in between; 0: no pieces */
	size_t record; /* cuts the ClientHello into records of this size; 0: no cuts */
	size_t request; /* sends this many bytes before it reads */
	size_t gulp; /* reads at most this many bytes at a time, pausing; 0: greedily */
};

/* Writes the whole ClientHello of such a client in one record. Returns its size. */
size_t peer_hello_of(const struct peer_options *options, unsigned char bytes[2048]);
size_t peer_hello(unsigned char bytes[2048]);

struct peer {
	int fd;
	gnutls_session_t tls;
	gnutls_certificate_credentials_t credentials;
	const struct peer_options *options;
	bool shaken, done, first_sent;
	bool deaf; /* reads nothing, as long as that is set */
	int code; /* when done: 0, answered and closed properly, or the library's error */
	size_t asked; /* bytes of the request that are out */
	char *answer; /* what came, with a NUL behind */
	size_t size, room;
};

/* A client over `fd`, which it takes over. `options`, NULL for the usual, outlive it. */
struct peer *peer_new(int fd, const struct peer_options *options);
void peer_free(struct peer *peer);

/* Goes as far as it can without waiting. */
void peer_step(struct peer *peer);

/* Drives all of them until each is done. */
void peer_run_all(struct peer **peers, size_t count);

/* Drives one until it is done, or has shaken hands. Returns `code`; 0 after a handshake. */
int peer_run(struct peer *peer);
int peer_shake(struct peer *peer);

/* The whole answer to the usual client; freed when the process exits. */
const char *peer_ask(unsigned port);

/* The same for any client. */
const char *peer_ask_over(int fd, const struct peer_options *options);

/* Only connects and tries; returns the code, 0 when all was well. */
int peer_try(unsigned port, const struct peer_options *options);

/* As many clients as `count`, connected to `port` and with their hellos sent. */
struct peer **peer_crowd(
    unsigned port, size_t count, const struct peer_options *options);

/* Runs a crowd to its end, wants `answer` for each, and frees all. */
void peer_crowd_finish(struct peer **peers, size_t count, const char *answer);

#endif
