/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_LISTENER_H
#define TLSD_SERVER_ACCEPT_LISTENER_H

/* One listening socket, with the options that accepted sockets inherit from it. Needs Linux:
 * TCP_DEFER_ACCEPT, accept4(2). Main thread. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/net/address.h"

#define LISTENER_NAME_SIZE (ADDRESS_TEXT_SIZE + 24)

struct listener {
	int fd;
	struct address address; /* as configured: the port may be 0 */
	bool lent; /* its name in the file system belongs to another process */
	bool passed; /* it and its name belong to the service manager: activation.h */
};

/*
 * Binds and listens. Returns a listener, which listener_close() closes, or NULL with errno. A
 * Unix-domain socket of a dead process is replaced; fails with EADDRINUSE if a process answers
 * there, and with EEXIST if the file is not a socket. The file of a Unix-domain socket gets the
 * mode `mode`.
 */
struct listener *listener_open(const struct address *address, mode_t mode, int backlog);

/*
 * Finds out whether listener_open() could bind to `address`, without taking its port or its name:
 * it binds to another port of that address. Returns 0, or -1 with errno. A port or a socket that
 * another process has is not a failure.
 */
int listener_try(const struct address *address);

/* True if binding to `address` has failed with `error` because this machine has no IPv6. */
bool listener_lacks_ipv6(const struct address *address, int error);

/* Goes on listening with `fd`, which another process has bound to `address` and has lent. Returns
 * a listener that owns `fd`, or NULL with errno: EADDRNOTAVAIL if it is bound elsewhere. */
struct listener *listener_adopt(int fd, const struct address *address, int backlog);

/*
 * True if `fd` is a stream socket that listens at `address`, or at any port if the port of
 * `address` is 0. False for an IPv6 socket that accepts IPv4 clients too: their addresses would
 * escape the rules for IPv4.
 */
bool listener_is_at(int fd, const struct address *address);

/* True if `fd` is an IPv6 socket that accepts IPv4 clients too. */
bool listener_takes_both(int fd);

/* Writes the name by which processes hand over a listener at `address`: "listen [192.0.2.1]:443",
 * or "passed [192.0.2.1]:443" if it belongs to the service manager. Returns `out`. */
char *listener_name(
    const struct address *address, bool passed, char out[LISTENER_NAME_SIZE]);

/* Closes the listener. The name of a Unix-domain socket is removed too, unless it is lent or
 * passed. Accepts NULL. */
void listener_close(struct listener *listener);

/* Accepts one connection. Returns its CLOEXEC descriptor, with its address in `peer`; or -1 with
 * errno. */
int listener_accept(const struct listener *listener, struct address *peer);

/* True if accepting may fail with this errno although nothing is wrong: the client has gone.
 * After any other error, the next attempt should be a while later. */
bool listener_is_usual(int error);

/* Writes the address where it really listens, with the port that the kernel chose for 0. Returns
 * `out`. */
char *listener_format(const struct listener *listener, char out[ADDRESS_TEXT_SIZE]);

#endif
