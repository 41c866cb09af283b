/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_SOCKET_H
#define TLSD_BASE_NET_SOCKET_H

/* How a stream socket ends, how much of its output the peer has, and whether there is a peer. */

#include <stddef.h>

/* Lets the kernel probe a silent peer (RFC 9293, 3.8.4), at the times that tcp(7) sets for the
 * system. A peer that has vanished becomes an error of the socket. Sockets that a listener
 * accepts inherit this. */
void socket_keep_alive(int fd);

/* Makes close(2) reset a TCP connection (RFC 9293, 3.10.4) instead of ending it, and drop what
 * was not sent. A Unix-domain socket has no reset: its peer reads an end. */
void socket_reset_on_close(int fd);

/* Does what socket_reset_on_close() does and closes `fd`: the peer of a TCP connection sees a
 * reset. */
void socket_reset(int fd);

/* Returns how many bytes of the output the peer's system has not taken: TCP has no
 * acknowledgement of them, or the reader of a Unix-domain socket has not read them. The number
 * does not change after a reset by the peer. */
size_t socket_untaken(int fd);

/* Returns how many bytes counted by socket_untaken() may still have arrived before a reset. A
 * receiver need not acknowledge more often than every second segment (RFC 9293, 3.8.6.3). 0
 * without TCP. */
size_t socket_unacknowledged_max(int fd);

#endif
