/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LISTENER_H
#define TLSD_SERVER_LISTENER_H

/*
 * One listening socket, with the options that accepted sockets inherit from it. The other
 * file that needs Linux: TCP_DEFER_ACCEPT, accept4(2). Main thread.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "base/address.h"

#define LISTENER_NAME_SIZE (ADDRESS_TEXT_SIZE + 24)

struct listener {
	int fd;
	struct address address; /* as configured: the port may be 0 */
	bool lent; /* its name in the file system is another process's */
	bool passed; /* it and its name are the service manager's: activation.h */
};

/*
 * Binds and listens. Returns a listener that listener_close() closes, or NULL with errno. A
 * Unix-domain socket left behind by a dead process is replaced; one that somebody answers is
 * not (EADDRINUSE), nor is a file that is no socket (EEXIST).
 * The file of a Unix-domain socket gets the mode `mode`.
 */
struct listener *listener_open(const struct address *address, mode_t mode, int backlog);

/*
 * Finds out whether listener_open() could bind to `address`, and takes neither its port nor its
 * name: it binds to another port of that address. Returns 0, or -1 with errno. A port or a socket
 * that another process has is not a failure.
 */
int listener_try(const struct address *address);

/* True if binding to `address` has failed with `error` because this machine has no IPv6. */
bool listener_lacks_ipv6(const struct address *address, int error);

/*
 * Goes on listening with `fd`, which another process has bound to `address` and has lent. Owns
 * `fd` if it returns a listener; NULL with errno, EADDRNOTAVAIL if it is bound elsewhere.
 */
struct listener *listener_adopt(int fd, const struct address *address, int backlog);

/*
 * True if `fd` is a stream that listens at `address`, or at any port if that has none. False for
 * an IPv6 socket that takes IPv4 clients, too: their addresses would escape the rules for IPv4.
 */
bool listener_is_at(int fd, const struct address *address);

/* True if `fd` is a socket for IPv6 that takes IPv4 clients, too. */
bool listener_takes_both(int fd);

/* Writes the name of a listener at `address` that processes pass on, "listen [192.0.2.1]:443"; if it is
 * the service manager's, "passed [192.0.2.1]:443". Returns `out`. */
char *listener_name(
    const struct address *address, bool passed, char out[LISTENER_NAME_SIZE]);

/* Closes; a Unix-domain socket's name goes too, unless it is lent or passed. NULL is fine. */
void listener_close(struct listener *listener);

/* Accepts one connection: its CLOEXEC descriptor, and where it comes from; or -1, errno. */
int listener_accept(const struct listener *listener, struct address *peer);

/* Whether accepting may fail with this errno though nothing is wrong here: nobody is there any
 * more. After any other, the next attempt had better be a while later. */
bool listener_is_usual(int error);

/* Where it really listens, with the port that the kernel chose for 0. Returns `out`. */
char *listener_format(const struct listener *listener, char out[ADDRESS_TEXT_SIZE]);

#endif
