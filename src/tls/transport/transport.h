/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_TRANSPORT_H
#define TLSD_TLS_TRANSPORT_TRANSPORT_H

/*
 * The bytes below TLS: a blocking stream socket with read-ahead (input.h) and gathered output
 * (output.h), so that a handshake costs as few system calls as it has flights. Every wait ends
 * at an absolute deadline, however slowly the peer sends, and may be given up (pause.h). A
 * connection that uses the last memory does not wait (base/memory/reserve.h). Does not use a
 * TLS library. One thread at a time.
 */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"
#include "tls/transport/progress.h"
#include "tls/transport/timeslice.h"

struct traffic;

#define TRANSPORT_OTHERS 3 /* descriptors that it waits for beside the peer */

/* Bytes in each buffer. A record with its header fits whole; four of them make a good recv(2)
 * or send(2). */
#define TRANSPORT_BUFFER_SIZE (68 * 1024)

enum transport_failure {
	TRANSPORT_FINE,
	TRANSPORT_TIMED_OUT_READING,
	TRANSPORT_TIMED_OUT_WRITING,
	TRANSPORT_END, /* the peer ended its side when more was needed */
	TRANSPORT_STARVED, /* it would have kept memory that others need */
	TRANSPORT_BROKEN /* reset, or another error of the socket: see `error` */
};

struct transport {
	int fd;
	bool sliced; /* the socket has the time-out of TIMESLICE_MS */
	struct traffic *traffic; /* NULL if it is not counted */

	enum transport_failure failure; /* the first one; stays */
	int error; /* its errno */

	struct deadline deadline; /* end of the phase */
	struct progress progress;
	struct timeslice slice;

	struct { /* received bytes that were not read: input.h */
		unsigned char *bytes;
		size_t start, end;
	} in;

	struct { /* gathered bytes: output.h */
		unsigned char *bytes;
		size_t end;
		size_t deferred; /* part of them that waits until there is more */
		bool acknowledged; /* acknowledge_input() has already run */
		int error; /* errno once a send(2) failed; 0: the peer takes more */
	} out;

	struct { /* what it waits for while it is parked: pause.h */
		size_t count; /* of `polls`, the peer first; 0: it is not parked */
		struct pollfd polls[1 + TRANSPORT_OTHERS];
		struct deadline until;
	} parked;
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

/* Gives back the memory of buffers that are empty, before a long wait. */
void transport_rest(struct transport *transport);

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

/* Starts a new phase with its own deadline. `idle_ms` is the time allowed without progress, 0
 * for no limit. */
void transport_set_deadline(
    struct transport *transport, struct deadline deadline, int64_t idle_ms);

/* Returns when the phase ends if nothing moves from now on. */
struct deadline transport_idle_end(const struct transport *transport);

/* The following functions are for the other files of this folder. */

/* Records a failure, unless there is one already. Returns -1 with errno. */
int transport_fail(
    struct transport *transport, enum transport_failure failure, int error);

/* Fails if this connection took memory that was set aside, and little of that is left: it must
 * not hold that memory while it waits for its peer. Returns 0, or -1 with errno. */
int transport_allow_wait(struct transport *transport);

/* Returns the deadline of the phase or of a peer without progress, whichever is earlier. */
struct deadline transport_end_of_time(const struct transport *transport);

/* True after transport_end_of_time(). A peer that continued to read while we did not have to
 * wait for it gets more time: it may read at leisure the output that the kernel still has. */
bool transport_is_late(struct transport *transport);

/* True if a call on the socket that failed with `error` may succeed later. */
static inline bool
transport_is_soft(int error)
{
	return error == EAGAIN || error == EINTR;
}

#endif
