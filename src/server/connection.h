/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_H
#define TLSD_SERVER_CONNECTION_H

/*
 * One accepted connection on its way through admission, queue, worker and linger. Exactly one of
 * them holds it at a time, and only the holder may use it. Other threads may read the atomic
 * members, and the members that never change, at any time. A connection owns its descriptor, a
 * reference to the snapshot it was accepted under, and its place among the counted connections.
 * The main thread makes and frees it.
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

/* The most bytes of an answer that may be left to the kernel while the client has not taken
 * them. */
#define CONNECTION_KERNEL_KEEPS (64 * 1024)

struct connection {
	struct watch watch; /* while the main thread waits for it */
	TAILQ_ENTRY(connection) link; /* in the list of its holder */
	TAILQ_ENTRY(connection) crowd_link; /* in its client's list while it waits */
	struct guest *guest; /* its client in crowd.h, while it waits */
	struct deadline deadline; /* of that wait, or of being parked */
	struct appointment appointment; /* its timer, where deadlines are unordered */
	TAILQ_ENTRY(connection) roster_link; /* among all */
	struct roster *roster;
	uint64_t id;
	int fd;
	bool sliced; /* it has the time-outs of transport_attach() */
	bool header_due; /* a PROXY header is still to come */
	int low_water; /* SO_RCVLOWAT; 0 means 1 */
	bool wants_p256; /* according to its hello */
	uint16_t record_size; /* according to its hello */
	char *host; /* the host that its hello names, or NULL */
	bool early; /* answered before the client had finished its handshake */
	bool unsure; /* seems to be answered, but is not counted yet */
	struct record_facts
	    *facts; /* of its session, if that has ended after a long answer; or NULL */
	bool holds_end; /* our side stays open until the client sends something */
	uint64_t drained; /* bytes thrown away while lingering */
	size_t untaken; /* bytes of the answer at the last look; 0: no look yet */
	struct deadline stalled; /* if no bytes have left by then; never: no look yet */
	int64_t accepted_ns, queued_ns, taken_ns;
	int64_t shaken_ns; /* 0 while the handshake is not done */
	_Atomic(enum phase) phase;
	_Atomic(int64_t) phase_ns; /* when it began */
	_Atomic(bool) killed;
	struct session *session; /* while it is parked */
	struct pause *pause; /* while it is parked: of its transport */
	struct companion
	    *companions; /* while it is parked: descriptors besides its client's */
	enum phase step; /* where it was parked */
	struct cursor cursor; /* how much of its answer has been sent */
	struct traffic traffic;
	_Atomic(struct evidence *)
	    evidence; /* set by its worker: the client's certificates, after the handshake */
	_Atomic(struct refusal *) verdict; /* why review.h has shut it down, or NULL */
	struct snapshot *snapshot;
	const struct route *route; /* of its listener */
	const struct service *service; /* the route's default until its hello is read */
	struct tally *tally; /* of its service; stats_unrouted() until that is known */
	struct gate *process_gate; /* NULL until its gate has let it in */
	struct gate *gate; /* of its service; NULL until then */
	bool hurried; /* others wait for its worker */
	bool finished; /* set by its worker: nothing is left to wait for */
	struct address peer; /* of its socket, or from its PROXY header */
	struct address local; /* from its PROXY header; the length is 0 without one */
};

TAILQ_HEAD(connection_list, connection);

/*
 * Takes ownership of `fd`, accepted from `peer` at the listener of `route`, and a reference to
 * `snapshot`; adds the connection to `roster`. Returns NULL, with `fd` closed, if memory is
 * exhausted.
 */
struct connection *connection_new(int fd, const struct address *peer,
    struct snapshot *snapshot, const struct route *route, struct roster *roster);

/*
 * Assigns the connection to `service`, of the same snapshot, and counts it there as accepted if
 * it is not counted yet. At a listener with one service for all clients, it is counted when it is
 * accepted. A connection that fails earlier counts for the route's default. Main thread.
 */
void connection_assign(struct connection *connection, const struct service *service);

/* Begins a phase. Called by its holder. */
void connection_enter(struct connection *connection, enum phase phase);

/* Shuts the connection down, so that its holder gives it up soon; it fails with FAILURE_KILLED.
 * Main thread, whether it is the holder or not. */
void connection_kill(struct connection *connection);

/* True if a worker has the connection. Main thread, whether it is the holder or not. */
bool connection_has_worker(const struct connection *connection);

/* True if the connection has been served and only waits for its client to close. Main thread,
 * whether it is the holder or not. */
bool connection_is_lingering(const struct connection *connection);

/* True if a parked connection only waits for its responder's own clean-up, which takes a limited
 * time. */
bool connection_is_ending(const struct connection *connection);

/* Closes the descriptor and releases everything. Main thread. */
void connection_free(struct connection *connection);

/* Returns when its handshake must be complete, including all waits. */
struct deadline connection_end_of_handshake(const struct connection *connection);

/* Returns how long it may wait for a worker. */
struct deadline connection_end_of_waiting(const struct connection *connection);

/*
 * Serves the connection with blocking calls until it ends or is parked: handshake, answer,
 * close_notify, a line in the log, a count. `transport` belongs to the worker. A parked
 * connection has a session; it must be served again after the event that its pause names, or at
 * its deadline. It is parked if there is nothing to do for it, or to let other connections have
 * the worker. Otherwise either our side is shut down or `holds_end` is set, and the client's
 * bytes can be drained; or `finished` is set.
 */
void connection_serve(struct connection *connection, struct transport *transport);

/* Counts and logs the end of a connection with a session. The caller closes it next. */
void connection_abandon(
    struct connection *connection, enum failure failure, const char *reason);

/* Counts and logs an alert, by its number, that came instead of the end of a handshake after an
 * early answer. */
void connection_refused(struct connection *connection, int alert);

/* Counts and logs that the client reset the connection before its system had taken the last
 * `untaken` bytes of the answer. */
void connection_lost(struct connection *connection, size_t untaken);

/* Counts and logs that the client stopped taking its answer while the kernel had the rest of it.
 * Closing the descriptor will reset the connection. */
void connection_stall(struct connection *connection);

/* Counts and logs a failure from before a worker had the connection. */
void connection_fail(
    struct connection *connection, enum failure failure, const char *reason);

#endif
