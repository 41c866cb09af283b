/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_H
#define TLSD_TLS_SESSION_H

/*
 * One TLS session of the server's side: handshake, reading, writing, closing, all blocking
 * and bounded by the transport's deadlines. The first thing that goes wrong is kept as a
 * failure with a reason in words. A session belongs to one thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/failure.h"

struct address;
struct context;
struct evidence;
struct identity;
struct pollfd;
struct session;
struct transport;

/* How the client ended its side. */
enum session_end {
	SESSION_OPEN, /* not yet, or not so that it could be seen */
	SESSION_END_NOTIFY, /* by a close_notify (RFC 8446, 6.1) */
	SESSION_END_FIN, /* by the end of the TCP connection alone */
	SESSION_END_RESET
};

/* What was agreed upon, for the log; the strings live as long as the session. */
struct session_facts {
	const char *version; /* "TLS1.3" */
	const char *cipher; /* "AES-128-GCM" */
	const char *suite; /* "TLS_AES_128_GCM_SHA256" */
	const char *group; /* "X25519" */
	const char *sni; /* the host; "-" when the client named none */
	char alpn[256]; /* escaped; "-" when the client sent none */
	bool resumed;
	bool early; /* the answer left before the client had finished its handshake */
	uint64_t bytes_in, bytes_out; /* of application data */
	enum session_end end;
};

/* How a session begins: flags. */
enum session_start {
	SESSION_COMPLETE =
	    0, /* the handshake ends when the client is known to be alive */
	SESSION_EARLY =
	    1, /* in TLS 1.3 once our side has: for an answer that is the same
			    * for everybody, and reads nothing. It then leaves with our
			    * first flight, a round trip earlier. */
	SESSION_P256 = 2 /* the client's hello wants P-256: clienthello.h */
};

/*
 * A session over `transport`, which is attached to a socket and outlives it, with what
 * `context` holds. `record_size` says what the client takes in a record, and `host` which host
 * its hello names, or is NULL: clienthello.h. A hello that names another host is refused.
 * Returns NULL when memory is exhausted.
 */
struct session *session_new(const struct context *context, struct transport *transport,
    unsigned start, size_t record_size, const char *host);
void session_free(struct session *session);

#define SESSION_PARKED 2 /* is not POLLIN */

/*
 * Shakes hands. 0, or -1 with the failure kept and the right alert on its way, which
 * session_finish() sends; or SESSION_PARKED where transport_read() gives up: call it again,
 * after session_move(), when the client has sent more.
 */
int session_handshake(struct session *session);

/* Goes on over another transport, which has taken over from the one that was parked. */
void session_move(struct session *session, struct transport *transport);

/* As far as that goes without waiting: -1 with EAGAIN, which is no failure, means that the
 * client has to send more first; session_try_flush() sends what it waits for. */
int session_try_handshake(struct session *session);

/* Who the client is, by the certificate that it gave; NULL if it gave none. After
 * session_handshake(); lives as long as the session. Verified unless that failed. */
const struct identity *session_identity(const struct session *session);

/* A copy of the client's certificates, of which there may be none, of the host that it named and
 * the protocol that was agreed upon; the caller frees it. NULL when memory is exhausted. */
struct evidence *session_evidence(const struct session *session);

/* Whether session_handshake() came back early: what the client then still sends is its
 * part of the handshake, and unverified. */
bool session_is_early(const struct session *session);

/* Whether it came back early in a session that is resumed: then the handshake is completed by
 * the session_write() of more than fits into the first flight, or by session_finish(). */
bool session_is_ahead(const struct session *session);

/* Reads up to `size` bytes of what the client sent. Returns how many, 0 after the client's
 * close_notify, -1 after a failure; -1 with EAGAIN, which is no failure, means SESSION_PARKED. */
ssize_t session_read(struct session *session, void *bytes, size_t size);

/* Writes all of `size` bytes, gathering them in the transport. 0, or -1 after a failure. */
int session_write(struct session *session, const void *bytes, size_t size);

/* Sees to it that session_write() takes a full record without waiting. 0, or -1 after a
 * failure; or SESSION_PARKED, if the client makes us wait, or it is somebody else's turn:
 * call it again as for session_handshake(). */
int session_make_room(struct session *session);

/*
 * What follows is for who serves the client and another descriptor at once, or both
 * directions, and must not wait in either: a loop that sends with session_try_flush(), sleeps
 * in session_await() alone, reads what there is with session_try_read() and hands
 * session_write() no more than session_room() bytes.
 */

/* Sends what has gathered as far as the client takes it now. 0, or -1 after a failure. */
int session_try_flush(struct session *session);

/*
 * Sleeps once, until the client may have sent something (if `events` is POLLIN and not 0),
 * takes more output, one of the `count` others is ready (each `fd` may be -1), or `until`.
 * Returns POLLIN if session_try_read() is worth a call and otherwise 0, with the others'
 * `revents` filled in; -1 after a failure, which the end of the connection's time and of its
 * idle time is. The readiness of the first of the others counts as something that moves.
 * After a short while in which nothing came, or when it is somebody else's turn, SESSION_PARKED:
 * call it again as for session_handshake().
 */
int session_await(struct session *session, short events, struct pollfd *others,
    size_t count, struct deadline until);

/* The same for the others alone, whatever has become of the client and of its time: for who
 * has to see to an end. 0 or SESSION_PARKED. */
int session_await_others(struct session *session, struct pollfd *others, size_t count,
    struct deadline until);

/* Returns when the connection ends if nothing moves from now on. */
struct deadline session_idle_end(const struct session *session);

/* As session_read(), without waiting: -1 with EAGAIN, which is no failure, means that
 * nothing has come. After session_end() a client that just goes has ended too. */
ssize_t session_try_read(struct session *session, void *bytes, size_t size);

/* Gives back the memory that is not needed while nothing moves. */
void session_rest(struct session *session);

/* Whether bytes have come in that poll(2) on the socket does not tell of. */
bool session_has_input(const struct session *session);

/* How many bytes session_write() takes without waiting; 0 when that is less than one full
 * record (RFC 8446, 5.1). */
size_t session_room(const struct session *session);

/* Ends our direction by a close_notify (RFC 8446, 6.1), which session_try_flush() sends;
 * the client may go on. Nothing can be written afterwards. 0, or -1 after a failure. */
int session_end(struct session *session);

/* Says who the client is and where it connected to, where its socket does not know. Both
 * outlive the session. */
void session_introduce(
    struct session *session, const struct address *peer, const struct address *local);

/* The number that the log has for it; 0 unless it was told. */
void session_set_id(struct session *session, uint64_t id);
uint64_t session_id(const struct session *session);

/* Who the client is, by its socket unless somebody has said it, and where it connected to. */
void session_peer(const struct session *session, struct address *peer);
void session_local(const struct session *session, struct address *local);

/* Sends close_notify with all that has gathered (RFC 8446, 6.1), and ends our side of the
 * connection unless session_holds_end(). It does not wait for the client's close_notify. 0, or
 * -1 after a failure; or SESSION_PARKED as long as the client does not take it. */
int session_finish(struct session *session);

/* True after session_finish() if our side of the connection is still open, because the client
 * has not said anything: the caller calls shutdown(2) once it has, or at a deadline. */
bool session_holds_end(const struct session *session);

/*
 * Keeps a failure of the caller's own, so that the client is told by an alert,
 * internal_error, that the answer is not whole. The first failure stays. Returns -1.
 */
int session_fail(struct session *session, enum failure failure, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Takes FAILURE_EARLY_CLOSE back if the client lost nothing by leaving without a close_notify:
 * its last record was complete, and its system has taken everything that was written. Most
 * programs leave like that. Nothing more is sent to the client then. The caller makes sure that
 * the client's bytes were passed on and that nothing else was to be written. Returns true if it
 * took the failure back.
 */
bool session_excuse(struct session *session);

/* True if session_excuse() took a failure back. */
bool session_is_excused(const struct session *session);

enum failure session_failure(const struct session *session);

/* The reason in words, "" without a failure. */
const char *session_reason(const struct session *session);

/* What it presents to the client, owned by its context. */
struct offer;
const struct offer *session_offer(const struct session *session);

void session_facts(const struct session *session, struct session_facts *facts);

#endif
