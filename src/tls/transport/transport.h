/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_TRANSPORT_H
#define TLSD_TLS_TRANSPORT_TRANSPORT_H

/*
 * The bytes below TLS: a blocking stream socket with read-ahead and gathered output, so that a
 * handshake costs as few system calls as it has flights. Output gathers in a buffer and leaves
 * when input is needed, when the buffer is full, or at transport_flush(). Every wait ends at an
 * absolute deadline, however slowly the peer sends. A connection that uses the last memory does
 * not wait (base/memory/reserve.h). Does not use a TLS library. One thread at a time.
 */

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"

#define TRANSPORT_OTHERS 3

/*
 * Give sockets an SO_RCVTIMEO of this length. While a deadline is farther away than that, a
 * plain recv(2) cannot oversleep it, and a peer that answers soon needs no poll(2). A peer that
 * does not may be parked meanwhile.
 */
#define TRANSPORT_SLICE_MS 20

enum transport_failure {
	TRANSPORT_FINE,
	TRANSPORT_TIMED_OUT_READING,
	TRANSPORT_TIMED_OUT_WRITING,
	TRANSPORT_END, /* the peer ended its side when more was needed */
	TRANSPORT_STARVED, /* it would have kept memory that others need */
	TRANSPORT_BROKEN /* reset, or another error of the socket: see `error` */
};

/* Bytes on the wire; one thread counts, any may read. */
struct traffic {
	_Atomic(uint64_t) in, out;
};

struct transport {
	int fd;
	bool sliced; /* the socket has the time-out of TRANSPORT_SLICE_MS */
	struct deadline deadline; /* end of the phase */
	int64_t idle_ms; /* if not 0, each progress moves `idle_deadline` */
	struct deadline idle_deadline;
	enum transport_failure failure; /* the first one; stays */
	int error; /* its errno */
	int send_error; /* errno once a send(2) has failed; 0: the peer takes more */
	struct traffic *traffic; /* NULL if they are not counted */
	bool waited; /* it waited, or was about to, since it was attached */
	bool pressed; /* and another connection needed the thread */
	bool returned; /* it had been parked before */
	bool parks; /* see transport_park() */
	struct deadline stint; /* after it, `is_needed` is asked */
	size_t poll_count; /* parked: the number of `polls`, the peer first; or 0 */
	struct pollfd polls[1 + TRANSPORT_OTHERS];
	struct deadline until; /* and the latest time to wait until */
	bool (*on_wait)(void *context);
	bool (*is_needed)(void *context);
	void *context;
	bool filled; /* the socket's buffer has been full */
	bool moved; /* progress since `reach` was noted in silence */
	int64_t sent, reach; /* bytes; `reach` is the last result of find_reach() */
	size_t in_start, in_end, out_end;
	size_t deferred; /* part of the output that waits until there is more */
	bool acknowledged; /* acknowledge() has already run */
	unsigned char *in, *out;
};

/* Allocates the buffers, once for many connections. Returns 0, or -1 when memory is exhausted. */
int transport_init(struct transport *transport);
void transport_fini(struct transport *transport);

/*
 * Starts with the connected socket `fd`, which the caller keeps. `sliced` is true if the socket
 * has the receive time-out; without it each wait costs a poll(2). A deadline is not set yet.
 */
void transport_attach(struct transport *transport, int fd, bool sliced);

/* Adds the bytes on the wire from now on to `traffic`, which outlives the attachment. */
void transport_count(struct transport *transport, struct traffic *traffic);

/*
 * Sets callbacks for all sockets attached later. on_wait(context) is called once for each,
 * before the first call that may wait for the peer. It returns true if another connection needs
 * the thread. The read of the peer's first bytes does not count: they are assumed to be there.
 * If the transport may park, is_needed(context) later asks the same.
 */
void transport_tell(struct transport *transport, bool (*on_wait)(void *context),
    bool (*is_needed)(void *context), void *context);

/* Calls on_wait() now, unless it was called already, because the caller may wait for something
 * else. */
void transport_will_wait(struct transport *transport);
bool transport_has_waited(const struct transport *transport);

/*
 * Turns parking on or off. While it is on, long waits give up: reading after
 * TRANSPORT_SLICE_MS, transport_wait() after 2 ms, and a wait for the peer to take output after
 * 50 ms. If another connection needs the thread, they give up after 2 ms, or at once if this
 * one was parked before. A peer that keeps the thread busy for TRANSPORT_SLICE_MS also gives
 * way then.
 *
 * A call that gives up returns -1 with EAGAIN, which is not a failure, and the transport is
 * parked. With transport_leave() and transport_return(), the transport of another thread can
 * continue. Returns the previous setting.
 */
bool transport_park(struct transport *transport, bool parks);
bool transport_is_parked(const struct transport *transport);

/* Returns the state of a parked transport, with a copy of the bytes in its buffers. The caller
 * frees it with free(3). NULL when memory is exhausted. */
struct pause;
struct pause *transport_leave(const struct transport *transport);

/* Returns the number of descriptors to wait for before it continues. The first of `*polls` is
 * the peer, and each `fd` may be -1. */
size_t pause_polls(const struct pause *pause, const struct pollfd **polls);

/* Returns when it must continue even if nothing comes, because time is up or must be checked. */
struct deadline pause_end(const struct pause *pause);

/* Continues after `pause`, instead of starting with transport_attach(). Frees it. */
void transport_return(struct transport *transport, struct pause *pause);

/* Starts a new phase with its own deadline. `idle_ms` is the time allowed without progress, 0
 * for no limit. */
void transport_set_deadline(
    struct transport *transport, struct deadline deadline, int64_t idle_ms);

/* Returns when the phase ends if nothing moves from now on. */
struct deadline transport_idle_end(const struct transport *transport);

/*
 * Returns up to `size` bytes that the peer sent, and waits for the first. Flushes first if it
 * must wait, and still reads if that fails: a peer that takes nothing more may have sent
 * something before it left. Returns how many, 0 when the peer ended its side, or -1 with errno
 * (and `failure` set): ETIMEDOUT at the deadline, otherwise an error of recv(2).
 */
ssize_t transport_read(struct transport *transport, void *bytes, size_t size);

/* Accepts all of `size` bytes, and sends what does not fit. Returns 0, or -1 as
 * transport_flush() does. */
int transport_write(struct transport *transport, const void *bytes, size_t size);

/* Holds back the gathered output until more is written or our side ends, unless it would leave
 * little room. */
void transport_defer(struct transport *transport);

/* True if no output has gathered. */
bool transport_is_empty(const struct transport *transport);

/* Sends the gathered output. Returns 0, or -1 with errno and `failure` set, unless it is
 * parked. */
int transport_flush(struct transport *transport);

/* True once a send(2) has failed: the peer takes nothing more, output is dropped, and what the
 * peer sent before it left can still be read. */
bool transport_is_deaf(const struct transport *transport);

/* Returns the position in the output, in bytes since transport_attach(), at which the last
 * written byte ends. Once output is dropped, returns a position that is never reached. */
int64_t transport_written(const struct transport *transport);

/* True if the peer's system has taken the output up to `end`, a value of transport_written().
 * Bytes in the last two segments before a reset count as taken. */
bool transport_has_delivered(const struct transport *transport, int64_t end);

/*
 * Does what transport_flush() does, and shuts down our side, so that the end leaves in one
 * segment with the last bytes. Nothing can be written afterwards.
 */
int transport_finish(struct transport *transport);

/*
 * Read and flush for callers that wait for several descriptors at once and must not block. They
 * do what is possible now; -1 with EAGAIN or EINTR is not a failure and means later. Reading
 * does not flush, and a failed send(2) does not make it fail: a peer that has closed its socket
 * may have sent something first. A flush that fails for good returns -1 with another errno and
 * leaves `failure` to the reading. No deadline applies.
 */
ssize_t transport_try_read(struct transport *transport, void *bytes, size_t size);
int transport_try_flush(struct transport *transport);

/* Returns how many bytes transport_write() takes without having to send. */
size_t transport_room(const struct transport *transport);

/* Flushes if fewer than `room` bytes are free. Returns 0, or -1 as transport_flush() does; it
 * may also park. */
int transport_make_room(struct transport *transport, size_t room);

/*
 * Sleeps, once, until the peer is ready for `events` (POLLIN or 0) or takes more output,
 * another is ready, `until`, or a deadline. `count` is at most TRANSPORT_OTHERS, and each `fd`
 * may be -1. Returns which of POLLIN, POLLERR and POLLHUP hold for the peer, and fills in the
 * others' `revents`. The readiness of the first of the others counts as progress, and so does
 * the peer taking output that was sent long ago. Returns -1 with errno and `failure` set when
 * the peer is gone or a deadline has passed, even if there is always something to do. Also
 * returns -1 if it is parked.
 */
int transport_wait(struct transport *transport, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* Does what transport_wait() does for the others alone, regardless of the peer and its time,
 * for callers that must wait for an end. Returns 0, or -1 once it is parked. */
int transport_wait_for_others(struct transport *transport, struct pollfd *others,
    size_t count, struct deadline until);

/* Gives back the memory of buffers that are empty, before a long wait. */
void transport_rest(struct transport *transport);

/* Returns how many received bytes have not been read; `*bytes` points at them. */
size_t transport_pending(
    const struct transport *transport, const unsigned char **bytes);

#endif
