/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_SESSION_H
#define TLSD_TLS_SESSION_SESSION_H

/*
 * A TLS session on the server side: handshake, reading, writing, closing. All calls block
 * within the transport's deadlines. The first thing that goes wrong is kept as a failure with a
 * reason in words. A session belongs to one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/failure.h"
#include "tls/session/sessionfacts.h"

struct address;
struct context;
struct peercert;
struct identity;
struct pollfd;
struct session;
struct transport;

/* Flags for the start of a session. */
enum session_start {
	SESSION_COMPLETE =
	    0, /* the handshake ends when the client is known to be alive */
	SESSION_EARLY =
	    1, /* in TLS 1.3 it ends once our side has finished: for an answer that
			    * is the same for every client and reads nothing. It then leaves
			    * with our first flight, a round trip earlier. */
	SESSION_P256 = 2 /* the client's hello wants P-256: clienthello.h */
};

/*
 * Makes a session over `transport`, which is attached to a socket and outlives it, with the
 * settings of `context`. `record_size` is how much the client takes in a record, and `host` is
 * the host that its hello names, or NULL: clienthello.h. A hello that names another host is
 * refused. Returns NULL when memory is exhausted.
 */
struct session *session_new(const struct context *context, struct transport *transport,
    unsigned start, size_t record_size, const char *host);
void session_free(struct session *session);

#define SESSION_PARKED 2 /* is not POLLIN */

/*
 * Does the handshake. Returns 0, or -1 with the failure kept and the right alert in the output,
 * which session_finish() sends. Returns SESSION_PARKED if transport_read() gives up: call it
 * again, after session_move(), when the client has sent more.
 */
int session_handshake(struct session *session);

/* Continues over another transport, which has taken over from the one that was parked. */
void session_move(struct session *session, struct transport *transport);

/* Continues the handshake as far as possible without waiting. -1 with EAGAIN is not a failure:
 * the client must send more first. session_try_flush() sends what the client waits for. */
int session_try_handshake(struct session *session);

/* Returns the identity from the client's certificate, or NULL if it gave none. Call it after
 * session_handshake(); the result lives as long as the session. It is verified unless the
 * handshake failed. */
const struct identity *session_identity(const struct session *session);

/* Returns a copy of the client's certificates, possibly none, of the host that it named and of
 * the negotiated protocol. The caller frees it. NULL when memory is exhausted. */
struct peercert *session_peercert(const struct session *session);

/* True if session_handshake() returned early: what the client then still sends is its part of
 * the handshake, and unverified. */
bool session_is_early(const struct session *session);

/* True if it returned early in a session that is resumed. Then a session_write() of more than
 * fits into the first flight, or session_finish(), completes the handshake. */
bool session_is_ahead(const struct session *session);

/* Reads up to `size` bytes from the client. Returns how many, 0 after the client's
 * close_notify, or -1 after a failure. -1 with EAGAIN is not a failure: it means
 * SESSION_PARKED. */
ssize_t session_read(struct session *session, void *bytes, size_t size);

/* Writes all of `size` bytes into the transport's buffer. Returns 0, or -1 after a failure. */
int session_write(struct session *session, const void *bytes, size_t size);

/* Ensures that session_write() takes a full record without waiting. Returns 0, or -1 after a
 * failure. Returns SESSION_PARKED if the client makes us wait or another connection needs the
 * thread: call it again as for session_handshake(). */
int session_make_room(struct session *session);

/*
 * The following functions are for callers that serve the client and another descriptor at once,
 * or both directions, and must not wait in either. Such a loop sends with session_try_flush(),
 * sleeps only in session_await(), and reads with session_try_read(). It hands session_write()
 * at most session_room() bytes.
 */

/* Sends as much of the output as the client takes now. Returns 0, or -1 after a failure. */
int session_try_flush(struct session *session);

/*
 * Sleeps once, until the client may have sent something or takes more output, one of the
 * `count` others is ready, or `until`. Input counts if `events` is POLLIN and not 0; each `fd`
 * may be -1. Returns POLLIN if session_try_read() is worth a call and otherwise 0, with the
 * others' `revents` filled in. Returns -1 after a failure; the end of the connection's time or
 * of its idle time is one. The readiness of the first of the others counts as activity. Returns
 * SESSION_PARKED after a short while without input, or if another connection needs the thread:
 * call it again as for session_handshake().
 */
int session_await(struct session *session, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* Does what session_await() does for the others alone, regardless of the client and its time,
 * for callers that must wait for an end. Returns 0 or SESSION_PARKED. */
int session_await_others(struct session *session, struct pollfd *others, size_t count,
    struct deadline until);

/* Returns when the connection ends if nothing moves from now on. */
struct deadline session_idle_end(const struct session *session);

/* Reads as session_read() does, without waiting. -1 with EAGAIN is not a failure: nothing has
 * come. After session_end(), a client that leaves without a close_notify has also ended its
 * side. */
ssize_t session_try_read(struct session *session, void *bytes, size_t size);

/* Gives back memory that is not needed while nothing moves. */
void session_rest(struct session *session);

/* True if bytes have arrived that poll(2) on the socket does not report. */
bool session_has_input(const struct session *session);

/* Returns how many bytes session_write() takes without waiting; 0 if that is less than one full
 * record (RFC 8446, 5.1). */
size_t session_room(const struct session *session);

/* Ends our direction by a close_notify (RFC 8446, 6.1), which session_try_flush() sends. The
 * client may continue. Nothing can be written afterwards. Returns 0, or -1 after a failure. */
int session_end(struct session *session);

/* Sets the addresses of the client and of the server for a socket that does not know them. Both
 * outlive the session. */
void session_introduce(
    struct session *session, const struct address *peer, const struct address *local);

/* Set and return the session's number in the log; 0 if none was set. */
void session_set_id(struct session *session, uint64_t id);
uint64_t session_id(const struct session *session);

/* Return the client's address and the address that it connected to: those of
 * session_introduce(), or otherwise those of the socket. */
void session_peer(const struct session *session, struct address *peer);
void session_local(const struct session *session, struct address *local);

/*
 * Sends close_notify with all pending output (RFC 8446, 6.1), and ends our side of the
 * connection unless session_holds_end(). It does not wait for the client's close_notify.
 * Returns 0, or -1 after a failure, or SESSION_PARKED as long as the client does not take the
 * output.
 */
int session_finish(struct session *session);

/* True after session_finish() if our side of the connection is still open, because the client
 * has not sent anything. The caller calls shutdown(2) once it has, or at a deadline. */
bool session_holds_end(const struct session *session);

/*
 * Records a failure of the caller, so that an alert, internal_error, tells the client that the
 * answer is incomplete. The first failure stays. Returns -1.
 */
int session_fail(struct session *session, enum failure failure, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Withdraws FAILURE_EARLY_CLOSE if the client lost nothing by leaving without a close_notify:
 * its last record was complete, and its system has taken everything that was written. Most
 * programs leave like that. Nothing more is sent to the client then. The caller ensures that
 * the client's bytes were passed on and that nothing else remained to be written. Returns true
 * if it withdrew the failure.
 */
bool session_excuse(struct session *session);

/* True if session_excuse() withdrew a failure. */
bool session_is_excused(const struct session *session);

enum failure session_failure(const struct session *session);

/* Returns the reason in words; "" without a failure. */
const char *session_reason(const struct session *session);

/* Returns the offer that the session presents to the client, owned by its context. */
struct offer;
const struct offer *session_offer(const struct session *session);

void session_facts(const struct session *session, struct session_facts *facts);

#endif
