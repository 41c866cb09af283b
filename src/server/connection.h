/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_H
#define TLSD_SERVER_CONNECTION_H

/*
 * One accepted connection on its way through admission, queue, worker and linger. Exactly
 * one of them holds it at a time, and with it the right to touch it; what is atomic, and
 * what stays as it is from accept to close, others may read meanwhile. It owns its descriptor,
 * a reference to the snapshot it was accepted under, and its place among the counted. The
 * main thread makes and frees it.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "responders/responder.h"
#include "server/agenda.h"
#include "server/loop.h"
#include "server/phase.h"
#include "tls/transport.h"

struct companion;
struct evidence;
struct gate;
struct guest;
struct pause;
struct record_facts;
struct refusal;
struct roster;
struct route;
struct service;
struct session;
struct snapshot;
struct tally;

/* So many bytes of an answer that its client has not taken yet may be left to the kernel. */
#define CONNECTION_KERNEL_KEEPS (64 * 1024)

struct connection {
	struct watch watch; /* while the main thread waits for it */
	TAILQ_ENTRY(connection) link; /* in the list of who holds it */
	TAILQ_ENTRY(connection) crowd_link; /* among its client's, while it waits */
	struct guest *guest; /* its client there */
	struct deadline deadline; /* of that wait, or of being parked */
	struct appointment appointment; /* the same, for who waits in no order */
	TAILQ_ENTRY(connection) roster_link; /* among all */
	struct roster *roster;
	uint64_t id;
	int fd;
	bool sliced; /* it has the time-outs of transport_attach() */
	bool header_due; /* a PROXY header is still to come */
	int low_water; /* SO_RCVLOWAT; 0 is as 1 */
	bool wants_p256; /* as its hello says */
	uint16_t record_size; /* likewise */
	char *host; /* that its hello names, or NULL */
	bool early; /* answered before the client had finished its handshake */
	bool unsure; /* answered, as it seems, and not counted yet */
	struct record_facts
	    *facts; /* of its session, which is over, if the answer was long; or NULL */
	bool holds_end; /* our side is open until the client says something */
	uint64_t drained; /* bytes thrown away while lingering */
	size_t untaken; /* of the answer, when it was last looked; 0: not yet */
	struct deadline stalled; /* unless less is left by then; never: not looked */
	int64_t accepted_ns, queued_ns, taken_ns;
	int64_t shaken_ns; /* 0 while the handshake is not done */
	_Atomic(enum phase) phase;
	_Atomic(int64_t) phase_ns; /* when it began */
	_Atomic(bool) killed;
	struct session *session; /* while it is parked */
	struct pause *pause; /* likewise: of its transport */
	struct companion
	    *companions; /* likewise: what it waits for besides its client */
	enum phase step; /* where it stopped then */
	struct cursor cursor; /* how far its answer has come */
	struct traffic traffic;
	_Atomic(struct evidence *)
	    evidence; /* by its worker: the client's certificates, once it has shaken hands */
	_Atomic(struct refusal *)
	    verdict; /* why it was shut down by review.h, or NULL */
	struct snapshot *snapshot;
	const struct route *route; /* of its listener */
	const struct service *service; /* the route's default until its hello is read */
	struct tally
	    *tally; /* of its service, or stats_unrouted() until that is known */
	struct gate *process_gate; /* NULL until it was let in there */
	struct gate *gate; /* of its service; likewise */
	bool hurried; /* others wait for the worker that has it */
	bool finished; /* by its worker, with nothing left to wait for */
	struct address peer; /* by its socket, or once it is read by a PROXY header */
	struct address local; /* by that header; its length is 0 without one */
};

TAILQ_HEAD(connection_list, connection);

/*
 * Takes ownership of `fd`, accepted from `peer` at the listener of `route`, and a reference to
 * its `snapshot`, and enters it into `roster`. NULL when memory is exhausted; then `fd` is
 * closed.
 */
struct connection *connection_new(int fd, const struct address *peer,
    struct snapshot *snapshot, const struct route *route, struct roster *roster);

/* Makes `service`, of the same snapshot, the one that serves it, and counts it there as accepted
 * unless that was done: where a listener has one service for all, when it was accepted. A
 * connection that fails before counts for the route's default. Main thread. */
void connection_assign(struct connection *connection, const struct service *service);

/* Begins a phase. Whoever holds it. */
void connection_enter(struct connection *connection, enum phase phase);

/* Ends it: whoever holds it gives it up soon, and what it was doing has failed with
 * FAILURE_KILLED. Main thread, whoever holds it. */
void connection_kill(struct connection *connection);

/* Whether a worker has it just now; or one has had it, and it is not over. Main thread,
 * whoever holds it. */
bool connection_has_worker(const struct connection *connection);
bool connection_is_begun(const struct connection *connection);

/* True if a connection that is parked waits only for the end of its responder's own work, which
 * takes a bounded time. */
bool connection_is_ending(const struct connection *connection);

/* Closes the descriptor and gives everything back. Main thread. */
void connection_free(struct connection *connection);

/* When its handshake has to be done; whatever it waits for meanwhile. */
struct deadline connection_end_of_handshake(const struct connection *connection);

/* How long it may wait for a worker. */
struct deadline connection_end_of_waiting(const struct connection *connection);

/*
 * Serves it to the end with blocking calls: handshake, answer, close_notify, a line in the
 * log, a count. `transport` is the worker's own. Afterwards either our side is shut down, or
 * `holds_end` is set, and the client's can be drained, or `finished` is set; or it has a session and is parked,
 * because nothing is to be done for it, or others shall have their turn: it is to be served
 * again when what its pause tells of has happened, or at its deadline.
 */
void connection_serve(struct connection *connection, struct transport *transport);

/* Counts and logs how one ended that has a session. It is closed next. */
void connection_abandon(
    struct connection *connection, enum failure failure, const char *reason);

/* Counts and logs an alert, by its number, that came instead of the end of a handshake
 * whose answer had left early. */
void connection_refused(struct connection *connection, int alert);

/* Counts and logs that the client reset the connection, of whose answer its system had not taken
 * the last `untaken` bytes. */
void connection_lost(struct connection *connection, size_t untaken);

/* Counts and logs that the client stopped taking its answer, of which the kernel had the
 * rest; closing will reset. */
void connection_stall(struct connection *connection);

/* Counts and logs a failure from before a worker had it. */
void connection_fail(
    struct connection *connection, enum failure failure, const char *reason);

#endif
