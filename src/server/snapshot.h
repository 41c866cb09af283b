/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_H
#define TLSD_SERVER_SNAPSHOT_H

/*
 * All that a reload can change, immutable and counted: the configuration as read, and each
 * service with its certificates, policy and responder ready. Connections hold a reference
 * from accept to close, so that each is served as it was accepted, whatever is reloaded
 * meanwhile. Made by the main thread, read by any.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/address.h"
#include "base/networks.h"

struct conf;
struct conf_service;
struct context;
struct figures;
struct findings;
struct responder;
struct route;
struct snapshot;

struct service {
	const char *name;
	const struct conf_service *conf;
	struct context *context;
	struct responder *responder;
	bool early; /* the answer may leave with our first flight */
	bool
	    prompt; /* a handshake waits for nothing but the processor and the client */
	struct address *addresses; /* where it listens, each once */
	size_t address_count;
	struct networks proxies; /* that may send a PROXY header there */
};

/*
 * Reads the configuration at `path`, prepares all services and proves each (tls/proof.h). One
 * whose certificates do not do is left out if its on-bad-cert says so. Everything wrong or odd goes
 * into `findings`, each with its place. Returns a snapshot with one reference, or NULL after
 * an error. Where it takes the place of `old`, which may be NULL, clients of a service that
 * keeps its name can go on resuming their sessions.
 */
struct snapshot *snapshot_new(
    const char *path, const struct snapshot *old, struct findings *findings);

/* Before it serves: where its answers find the server's own figures, which outlive them. Main
 * thread. */
void snapshot_show(struct snapshot *snapshot, const struct figures *figures);

/* Another reference. Any thread. */
struct snapshot *snapshot_take(struct snapshot *snapshot);

/* Gives a reference back; the last one frees. NULL is fine. Any thread. */
void snapshot_drop(struct snapshot *snapshot);

const struct conf *snapshot_conf(const struct snapshot *snapshot);
size_t snapshot_service_count(const struct snapshot *snapshot);
const struct service *snapshot_service(const struct snapshot *snapshot, size_t index);

/* Where it listens, each address once, and which service a client gets there. */
size_t snapshot_route_count(const struct snapshot *snapshot);
const struct route *snapshot_route(const struct snapshot *snapshot, size_t index);

/* When it was made, seconds since 1970. */
int64_t snapshot_time(const struct snapshot *snapshot);

/* Adds a warning for each certificate and key file that this process, with the rights it
 * has now, could not read at a reload, and an error for each key in a token that it cannot
 * use. */
void snapshot_check_rights(const struct snapshot *snapshot, struct findings *findings);

/* What certwatch_state() said just before the files were loaded. */
unsigned long long snapshot_files_state(const struct snapshot *snapshot);

/* Adds a warning for each certificate that has ended, or will within its warn-days. */
void snapshot_warn(const struct snapshot *snapshot, struct findings *findings);

/* Prints each service with its addresses, certificates and policy, and what is skipped. */
void snapshot_print(const struct snapshot *snapshot, FILE *out);

/* Prints "skipped: NAME: REASON" for each service that on-bad-cert has left out. */
void snapshot_print_skipped(const struct snapshot *snapshot, FILE *out);

#endif
