/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_H
#define TLSD_TLS_TRANSPORT_H

/*
 * The bytes below TLS: a blocking stream socket read ahead of what TLS asks for and written
 * in one piece, so that a handshake costs as few system calls as it has flights. Output
 * gathers in a buffer and leaves when input is needed, when the buffer is full, or when
 * transport_flush() says so. Every wait ends at an absolute deadline, however the peer
 * drips, and nobody waits who lives on the last memory there is (base/reserve.h). Knows no
 * TLS library. One thread at a time.
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
 * Give sockets SO_RCVTIMEO of this length: while a deadline is farther than that away, a plain
 * recv(2) cannot oversleep it, and no poll(2) is needed for a peer that answers soon. One
 * that does not may be parked meanwhile.
 */
#define TRANSPORT_SLICE_MS 20

enum transport_failure {
	TRANSPORT_FINE,
	TRANSPORT_TIMED_OUT_READING,
	TRANSPORT_TIMED_OUT_WRITING,
	TRANSPORT_END, /* the peer ended its side when more was needed */
	TRANSPORT_STARVED, /* it would have held on to memory that others need */
	TRANSPORT_BROKEN /* reset, or another error of the socket: see `error` */
};

/* Bytes on the wire; one thread counts, any may read. */
struct traffic {
	_Atomic(uint64_t) in, out;
};

struct transport {
	int fd;
	bool sliced; /* the socket has the time-out of TRANSPORT_SLICE_MS */
	struct deadline deadline; /* the phase ends here */
	int64_t idle_ms; /* 0, or each progress moves `idle_deadline` on */
	struct deadline idle_deadline;
	enum transport_failure failure; /* the first one; stays */
	int error; /* its errno */
	int send_error; /* errno once a send(2) has failed; 0: the peer takes more */
	struct traffic *traffic; /* NULL if nobody wants to know */
	bool waited; /* or was about to, since it was attached */
	bool pressed; /* and somebody else needed the thread */
	bool returned; /* it had been parked before */
	bool parks; /* see transport_park() */
	struct deadline stint; /* then it is asked whether somebody else needs it */
	size_t poll_count; /* parked: what is waited for, the peer first; or 0 */
	struct pollfd polls[1 + TRANSPORT_OTHERS];
	struct deadline until; /* and for how long at most */
	bool (*on_wait)(void *context);
	bool (*is_needed)(void *context);
	void *context;
	bool filled; /* the socket's buffer has been full */
	bool moved; /* there was progress since `reach` was noted in silence */
	int64_t sent, reach; /* bytes; `reach`, since then, when it was noted last */
	size_t in_start, in_end, out_end;
	size_t deferred; /* of the output: not sent until there is more */
	bool acknowledged; /* what the peer sent before that */
	unsigned char *in, *out;
};

/* Allocates the buffers, once for many connections; -1 when memory is exhausted. */
int transport_init(struct transport *transport);
void transport_fini(struct transport *transport);

/*
 * Begins with the connected socket `fd`, which stays the caller's. `sliced` says that it
 * has the time-out for receiving; without it each wait costs a poll(2). No deadline yet.
 */
void transport_attach(struct transport *transport, int fd, bool sliced);

/* Adds what goes over the wire from now on to `traffic`, which outlives the attachment. */
void transport_count(struct transport *transport, struct traffic *traffic);

/* For all sockets that will be attached: on_wait(context) is called for each once, before
 * the first call that may wait for the peer, and says whether somebody else needs the thread.
 * What the peer sent before is taken to be there. Whoever parks calls is_needed(context) later
 * on for the same. */
void transport_tell(struct transport *transport, bool (*on_wait)(void *context),
    bool (*is_needed)(void *context), void *context);

/* Calls that now, if it was not called yet: something else may be waited for. */
void transport_will_wait(struct transport *transport);
bool transport_has_waited(const struct transport *transport);

/*
 * From now on, or no longer, whatever would wait for long gives up instead: reading after
 * TRANSPORT_SLICE_MS, transport_wait() after 2 ms, and whoever waits for the peer to take
 * something after 50 ms; if somebody else needs the thread after 2 ms, and at once if the peer
 * has been given up on before. So it does on a peer that keeps the thread busy for
 * TRANSPORT_SLICE_MS while somebody else needs it. It returns -1 with EAGAIN, no failure, and
 * the transport is parked: by transport_leave() and transport_return() another thread's can
 * go on where this one stopped. Returns what was so before.
 */
bool transport_park(struct transport *transport, bool parks);
bool transport_is_parked(const struct transport *transport);

/* A transport that is parked: all but the buffers themselves, and what is in them. The caller
 * frees it with free(3); NULL when memory is exhausted. */
struct pause;
struct pause *transport_leave(const struct transport *transport);

/* What is to be waited for before it goes on: the first of `*polls` is the peer, and each `fd`
 * may be -1. Returns how many there are. */
size_t pause_polls(const struct pause *pause, const struct pollfd **polls);

/* When it is to go on even if nothing comes, for that is too late or has to be looked at. */
struct deadline pause_end(const struct pause *pause);

/* Goes on after `pause`, instead of beginning with transport_attach(). Frees it. */
void transport_return(struct transport *transport, struct pause *pause);

/* A new phase with an end of its own; what progress means is the idle time, 0 for none. */
void transport_set_deadline(
    struct transport *transport, struct deadline deadline, int64_t idle_ms);

/* Returns when the phase ends if nothing moves from now on. */
struct deadline transport_idle_end(const struct transport *transport);

/*
 * Hands out up to `size` bytes that the peer sent, waiting for the first; flushes first if
 * it has to wait, and reads on if that fails: a peer that takes nothing more may have sent
 * something before it left. Returns how many, 0 when the peer ended its side, or -1 with errno
 * (and `failure` set): ETIMEDOUT at the deadline, otherwise what recv(2) said.
 */
ssize_t transport_read(struct transport *transport, void *bytes, size_t size);

/* Takes all of `size` bytes, sending what does not fit. 0, or -1 as transport_flush(). */
int transport_write(struct transport *transport, const void *bytes, size_t size);

/* Keeps what has gathered until more is written or our side ends, unless it is so much that
 * there would be little room left. */
void transport_defer(struct transport *transport);

/* True if no output has gathered. */
bool transport_is_empty(const struct transport *transport);

/* Sends what has gathered. 0, or -1 with errno and `failure` set, unless it is parked. */
int transport_flush(struct transport *transport);

/* True once a send(2) has failed: the peer takes nothing more, output is dropped, and what the
 * peer sent before it left can still be read. */
bool transport_is_deaf(const struct transport *transport);

/* Returns where in the output, counted in bytes since transport_attach(), what was written last
 * ends; no place that can be reached once output is dropped. */
int64_t transport_written(const struct transport *transport);

/* True if the peer's system has taken the output up to `end`, of transport_written(). Bytes in
 * the last two segments before a reset count as taken. */
bool transport_has_delivered(const struct transport *transport, int64_t end);

/*
 * Does what transport_flush() does, and shuts our side down, so that the end leaves in one segment with the last
 * bytes. Nothing can be written afterwards.
 */
int transport_finish(struct transport *transport);

/*
 * Reading and flushing for who waits for several descriptors at once and must not block:
 * they do what can be done now, and -1 with EAGAIN or EINTR, no failure, means later. Reading
 * neither flushes nor fails because sending did: a peer that has closed its socket may have
 * sent something first. Flushing that fails for good returns -1 with another errno and leaves
 * `failure` to the reading. No deadline applies.
 */
ssize_t transport_try_read(struct transport *transport, void *bytes, size_t size);
int transport_try_flush(struct transport *transport);

/* How many bytes transport_write() takes without having to send. */
size_t transport_room(const struct transport *transport);

/* Flushes if there is no room for `room` bytes, and as that. */
int transport_make_room(struct transport *transport, size_t room);

/*
 * Sleeps, once, until the peer is ready for `events` (POLLIN or 0), takes more of what has
 * gathered, one of the `count` others is ready (at most TRANSPORT_OTHERS; each `fd` may be
 * -1), `until`, or a deadline. Returns which of POLLIN, POLLERR and POLLHUP hold for the peer,
 * and fills in the others' `revents`; the readiness of the first of them is progress, and so
 * is that the peer takes what was sent long ago. -1 with errno and `failure` set once a
 * deadline has passed, also if there always is something to do, and when the peer is gone;
 * or it is parked.
 */
int transport_wait(struct transport *transport, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* The same for the others alone, whatever has become of the peer and of its time: for who has
 * to see to an end. 0, or -1 once it is parked. */
int transport_wait_for_others(struct transport *transport, struct pollfd *others,
    size_t count, struct deadline until);

/* Gives back the memory of buffers that are empty, before a long wait. */
void transport_rest(struct transport *transport);

/* Bytes that have been received and not yet read; `*bytes` points at them. */
size_t transport_pending(
    const struct transport *transport, const unsigned char **bytes);

#endif
