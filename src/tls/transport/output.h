/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_OUTPUT_H
#define TLSD_TLS_TRANSPORT_OUTPUT_H

/*
 * A transport's output. It gathers in a buffer and leaves when input is needed, when the buffer
 * is full, or at transport_flush(). One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport;

/* Accepts all of `size` bytes, and sends what does not fit. Returns 0, or -1 as
 * transport_flush() does. */
int transport_write(struct transport *transport, const void *bytes, size_t size);

/* Returns how many bytes transport_write() takes without having to send. */
size_t transport_room(const struct transport *transport);

/* Flushes if fewer than `room` bytes are free. Returns 0, or -1 as transport_flush() does; it
 * may also park. */
int transport_make_room(struct transport *transport, size_t room);

/* Holds back the gathered output until more is written or our side ends, unless it would leave
 * little room. */
void transport_defer(struct transport *transport);

/* True if no output has gathered. */
bool transport_is_empty(const struct transport *transport);

/* Sends the gathered output. Returns 0, or -1 with errno and `failure` set, unless it is
 * parked. */
int transport_flush(struct transport *transport);

/*
 * Does what transport_flush() does, and shuts down our side, so that the end leaves in one
 * segment with the last bytes. Nothing can be written afterwards.
 */
int transport_finish(struct transport *transport);

/*
 * Sends what is possible now, for callers that wait for several descriptors at once and must
 * not block. Returns 0, or -1 with EAGAIN or EINTR, which is not a failure and means later. If it
 * fails for good, it returns -1 with another errno and leaves `failure` to the reading. No
 * deadline applies.
 */
int transport_try_flush(struct transport *transport);

/* True once a send(2) has failed: the peer takes nothing more, output is dropped, and what the
 * peer sent before it left can still be read. */
bool transport_is_deaf(const struct transport *transport);

/* Returns the position in the output, in bytes since transport_attach(), at which the last
 * written byte ends. Once output is dropped, returns a position that is never reached. */
int64_t transport_written(const struct transport *transport);

/* True if the peer's system has taken the output up to `end`, a value of transport_written().
 * Bytes in the last two segments before a reset count as taken. */
bool transport_has_delivered(const struct transport *transport, int64_t end);

/* The following functions are for the other files of this folder. */

/* True if there is output that must be sent now. */
bool transport_has_output(const struct transport *transport);

/* Does what transport_flush() does before a read, for which a failed send(2) is not a failure:
 * the peer may have sent bytes before. */
int transport_flush_to_read(struct transport *transport);

/* Makes the failed send(2) to a peer that takes nothing more the failure. Returns -1. */
int transport_fail_sending(struct transport *transport);

#endif
