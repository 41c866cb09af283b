/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_INPUT_H
#define TLSD_TLS_TRANSPORT_INPUT_H

/* A transport's input: it receives as much as has come, and hands it out as it is read. One
 * thread at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct transport;

/*
 * Returns up to `size` bytes that the peer sent, and waits for the first. Flushes first if it
 * must wait, and still reads if that fails: a peer that takes nothing more may have sent
 * something before it left. Returns how many, 0 when the peer ended its side, or -1 with errno
 * (and `failure` set): ETIMEDOUT at the deadline, otherwise an error of recv(2).
 */
ssize_t transport_read(struct transport *transport, void *bytes, size_t size);

/*
 * Reads what is there, for callers that wait for several descriptors at once and must not
 * block. -1 with EAGAIN or EINTR is not a failure and means later. It does not flush, and a
 * failed send(2) does not make it fail: a peer that has closed its socket may have sent
 * something first. No deadline applies.
 */
ssize_t transport_try_read(struct transport *transport, void *bytes, size_t size);

/* Returns how many received bytes have not been read; `*bytes` points at them. */
size_t transport_pending(
    const struct transport *transport, const unsigned char **bytes);

/* True if bytes from the peer can be read, here or in the kernel. For the other files of this
 * folder. */
bool transport_has_input(const struct transport *transport);

#endif
