/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_AHEAD_H
#define TLSD_TLS_AHEAD_H

/*
 * Application data that leaves with the server's first flight, ahead of the client's Finished,
 * in records made by hand (RFC 8446, 2.3 and 5.2): the library sends none then in a session
 * that is resumed, though it has the keys by that time. So much of an answer as the first
 * round trip carries anyway. One thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct gnutls_session_int;
struct transport;

struct ahead {
	bool allowed; /* by the service, and not over yet */
	bool has_keys; /* of application data; the library's next message has to come */
	bool open; /* ahead_write() may be called */
	size_t record_size; /* bytes that the client takes in one */
	size_t written; /* bytes */
};

/* The library has made the secret that it calls `label` in a key log. */
void ahead_note_secret(struct ahead *ahead, const char *label);

/* Before the library waits for the client. Whether it is to stand back, because data can
 * leave now; once. */
bool ahead_opens(struct ahead *ahead);

/* Whether as much has been written as may leave so. */
bool ahead_is_full(const struct ahead *ahead);

/*
 * Writes what can leave ahead of `size` bytes. Returns how many; when these are not all,
 * nothing more can, and the handshake has to be completed first.
 */
size_t ahead_write(struct ahead *ahead, struct gnutls_session_int *tls,
    struct transport *transport, const void *bytes, size_t size);

#endif
