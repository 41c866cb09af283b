/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_SOCKET_H
#define TLSD_BASE_SOCKET_H

/* How a stream socket ends. */

/* Makes close(2) reset a TCP connection (RFC 9293, 3.10.4) instead of ending it, and drop what
 * was not sent. A Unix-domain socket has no reset: its peer reads an end. */
void socket_reset_on_close(int fd);

/* Does both: the peer of a TCP connection sees a reset. */
void socket_reset(int fd);

#endif
