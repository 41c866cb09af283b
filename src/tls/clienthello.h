/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTHELLO_H
#define TLSD_TLS_CLIENTHELLO_H

/*
 * What has to be known of a ClientHello before the library sees it (RFC 8446, 4.1.2 and
 * 4.2.8). A pure function.
 */

#include <stdbool.h>
#include <stddef.h>

/* The longest ClientHello that is taken in, with the header of the message. A client's
 * first flight is small; the library would take 128 KiB before it knows whom it talks to. */
#define CLIENTHELLO_SIZE_MAX (4 + 32 * 1024)

/*
 * True when the hello, whose first `size` bytes with the record's header are given, brings
 * a key share for P-256 and none for X25519: a server that insists on X25519 would ask for
 * another hello, which costs a round trip. False whenever it cannot be told.
 */
bool clienthello_wants_p256(const unsigned char *bytes, size_t size);

#endif
