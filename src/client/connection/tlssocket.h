/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_TLSSOCKET_H
#define TLSD_CLIENT_CONNECTION_TLSSOCKET_H

/*
 * A connected socket below the library's session: the bytes that the session receives and sends,
 * their count, and the trace of them. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

#include "client/connection/trace.h"
#include "tls/transport/traffic.h"
#include "tls/transport/transport.h"

struct parameters;

struct tlssocket {
	struct transport transport;
	struct traffic traffic;
	struct trace *trace; /* NULL unless a trace observes */
	int64_t arrived_ns; /* time of the last receive */
	bool waits; /* reading waits for bytes until the transport's deadline */
	bool dry; /* the last read of the socket found nothing */
	bool heard; /* `first_byte` is valid */
	unsigned char first_byte; /* of all bytes from the server */
};

/* Initializes an all-zero struct. Returns 0, or -1 if memory is exhausted; then tlssocket_fini()
 * has nothing to free. */
int tlssocket_init(struct tlssocket *socket);
void tlssocket_fini(struct tlssocket *socket);

/* Begins with the connected socket `fd`, which stays the caller's; `sliced` as of
 * transport_attach(). Reading waits at first. */
void tlssocket_attach(struct tlssocket *socket, int fd, bool sliced);

/*
 * Makes a session for `socket` by the parameters, which must outlive it. `flags` are added to
 * those for gnutls_init(). Returns 0, or the library's error. The caller calls gnutls_deinit()
 * if `*session` is not NULL.
 */
int tlssocket_make_session(struct tlssocket *socket, gnutls_session_t *session,
    const struct parameters *parameters, unsigned flags);

/* True if the server's first byte is not of a TLS record. */
bool tlssocket_is_not_tls(const struct tlssocket *socket);

/* Tells the trace, if there is one, the content that the session sends or has read. */
void tlssocket_trace(const struct tlssocket *socket, enum trace_direction direction,
    enum trace_kind kind, unsigned number, size_t size);

#endif
