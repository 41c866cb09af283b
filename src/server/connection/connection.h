/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONNECTION_CONNECTION_H
#define TLSD_SERVER_CONNECTION_CONNECTION_H

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

#include "base/net/address.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "responders/kind.h"
#include "server/connection/connectiontable.h"
#include "server/event/timers.h"
#include "server/event/loop.h"
#include "server/connection/phase.h"
#include "tls/transport/traffic.h"

struct companion;
struct current;
struct peercert;
struct gate;
struct peers_client;
struct pause;
struct accesslog_facts;
struct refusal;
struct loglimit;
struct route;
struct service;
struct session;
struct snapshot;
struct stats;
struct tally;

/* The most bytes of an answer that may be left to the kernel after the connection ends, while the
 * client has not taken them. */
#define CONNECTION_KERNEL_KEEPS (64 * 1024)

/* The state that all connections of a server share. It outlives them. */
struct connection_shared {
	struct connectiontable *table;
	struct stats *stats;
	struct loglimit *loglimit; /* keeps failures from flooding the log */
	struct current *current; /* the snapshot in force */
};

struct connection {
	struct watch
	    watch; /* first, because the loop passes its address; while it waits */

	/* From its acceptance on: */
	struct connectiontable_entry entry; /* its place among all, and its id */
	int fd;
	bool sliced; /* it has the time-outs of transport_attach() */
	struct address peer; /* of its socket, or from its PROXY header */
	struct address local; /* from its PROXY header; the length is 0 without one */
	const struct connection_shared *shared;
	struct snapshot *snapshot;
	const struct route *route; /* of its listener */
	const struct service *service; /* the route's default until its hello is read */
	struct tally *tally; /* of its service; stats_unrouted() until that is known */
	struct gate *process_gate; /* NULL until its gate has let it in */
	struct gate *gate; /* of its service; NULL until then */
	bool counts_worker; /* one of its service's max-workers is taken for it */
	int64_t accepted_ns;
	int64_t
	    queued_ns; /* its wait for its first worker began, also by max-workers */
	int64_t taken_ns;
	int64_t shaken_ns; /* 0 while the handshake is not done */
	_Atomic(enum phase) phase;
	_Atomic(int64_t) phase_ns; /* when it began */
	_Atomic(const char *) killed; /* a reason in words, or NULL */

	/* While the main thread waits for it: */
	TAILQ_ENTRY(connection) link; /* in the list of its holder */
	TAILQ_ENTRY(connection) peers_link; /* in its client's list */
	struct peers_client *peers_client; /* its client in peers.h, or NULL */
	struct timer timer; /* for its deadline */
	int low_water; /* SO_RCVLOWAT; 0 means 1 */

	/* From its first bytes: */
	bool header_due; /* a PROXY header is still to come */
	bool wants_p256; /* according to its hello */
	uint16_t record_size; /* according to its hello */
	char *host; /* the host that its hello names, or NULL */

	/* While it is parked: */
	struct session *session;
	struct pause *pause; /* of its transport */
	struct deadline deadline; /* set by its worker: the end of being parked */
	struct companion *companions; /* descriptors besides its client's */

	/* Of its conversation: */
	enum phase step; /* that goes on, or where it was parked */
	struct cursor cursor; /* how much of its answer has been sent */
	struct traffic traffic;
	_Atomic(struct peercert *)
	    peercert; /* set by its worker: the client's certificates, after the handshake */
	_Atomic(char *)
	    client; /* set by its worker: the client's name as in the log, or
				   NULL */
	_Atomic(struct refusal *) verdict; /* why recheck.h has shut it down, or NULL */
	bool hurried; /* others wait for its worker */
	bool finished; /* set by its worker: nothing is left to wait for */
	bool holds_end; /* our side stays open until the client sends something */

	/* Of its outcome: */
	bool early; /* answered before the client had finished its handshake */
	bool unsure; /* seems to be answered, but is not counted yet */
	struct accesslog_facts
	    *facts; /* of its session, if that has ended after a long answer; or NULL */

	/* While it lingers: */
	uint64_t drained; /* bytes thrown away */
	size_t untaken; /* bytes of the answer at the last look; 0: no look yet */
	struct deadline stalled; /* if no bytes have left by then; never: no look yet */
};

TAILQ_HEAD(connection_list, connection);

/*
 * Takes ownership of `fd`, accepted from `peer` at the listener of `route`, and a reference to
 * `snapshot`; adds the connection to the table of `shared`. Returns NULL,
 * with `fd` closed, if memory is exhausted.
 */
struct connection *connection_new(int fd, const struct address *peer,
    struct snapshot *snapshot, const struct route *route,
    const struct connection_shared *shared);

/*
 * Assigns the connection to `service`, of the same snapshot, and counts it there as accepted if
 * it is not counted yet. At a listener with one service for all clients, it is counted when it is
 * accepted. A connection that fails earlier counts for the route's default. Main thread.
 */
void connection_assign(struct connection *connection, const struct service *service);

/* Counts the connection for its service from now on. Does nothing if that is done already;
 * otherwise main thread. */
void connection_count_accepted(struct connection *connection);

/* Count a connection, which has been assigned, as answered or as failed, `shaken` after its
 * handshake: for its service, and for all clients unless it is a monitor's. Called by its
 * holder. */
void connection_count_done(struct connection *connection);
void connection_count_failure(
    struct connection *connection, enum failure failure, bool shaken);

/* Begins a phase, now or at `now_ns`. Called by its holder. */
void connection_enter(struct connection *connection, enum phase phase);
void connection_enter_at(
    struct connection *connection, enum phase phase, int64_t now_ns);

/*
 * Takes one of the workers that the connection's service may have, unless it has taken one
 * already. Returns false if there is none. The worker is given back by connection_give_worker(),
 * or when the connection is freed. Main thread.
 */
bool connection_take_worker(struct connection *connection);
void connection_give_worker(struct connection *connection);

/* Shuts the connection down, so that its holder gives it up soon; it fails with FAILURE_KILLED.
 * The first `reason` stays; it points at a constant. Main thread, whether it is the holder or
 * not. */
void connection_kill(struct connection *connection, const char *reason);

/* The reason if the server stops. */
#define CONNECTION_KILLED_AT_STOP "cut because the server is stopping"

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

/* Returns when it must end, whatever it does. */
struct deadline connection_end_of_life(const struct connection *connection);

/* Returns when its handshake must be complete, including all waits. */
struct deadline connection_end_of_handshake(const struct connection *connection);

/* Returns how long it may wait for a worker. */
struct deadline connection_end_of_waiting(const struct connection *connection);

#endif
