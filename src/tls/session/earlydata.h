/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_EARLYDATA_H
#define TLSD_TLS_SESSION_EARLYDATA_H

/*
 * Sends application data with the server's first flight, before the client's Finished (RFC
 * 8446, 2.3 and 5.2). In a resumed session the library sends none at that point, although it
 * has the keys, so this module makes the records itself. It sends only as much of an answer as
 * fits into the first round trip. Single thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct gnutls_session_int;
struct transport;

struct earlydata {
	bool allowed; /* by the service, and not over yet */
	bool has_keys; /* of application data; the library's next message must come */
	bool open; /* earlydata_write() may be called */
	size_t record_size; /* bytes that the client takes in one */
	size_t written; /* bytes */
};

/* Notes that the library has made the secret that it calls `label` in a key log. */
void earlydata_note_secret(struct earlydata *ahead, const char *label);

/* Called before the library waits for the client. True, once, if the library must stop instead
 * because data can be sent now. */
bool earlydata_opens(struct earlydata *ahead);

/* True if as much data has been written as may leave early. */
bool earlydata_is_full(const struct earlydata *ahead);

/*
 * Writes as many of the `size` bytes as can leave early. Returns the number of bytes written.
 * If it is less than `size`, nothing more can leave early: the handshake must be completed
 * first.
 */
size_t earlydata_write(struct earlydata *ahead, struct gnutls_session_int *tls,
    struct transport *transport, const void *bytes, size_t size);

#endif
