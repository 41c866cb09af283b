/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVICE_H
#define TLSD_SERVER_SERVICE_H

/*
 * One service, made ready from its section of the configuration: addresses, certificates and
 * policy, responder. Part of a snapshot, and immutable once it is prepared, so any thread may
 * read it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"
#include "base/networks.h"
#include "server/socketfile.h"

struct conf_process;
struct conf_service;
struct context;
struct findings;
struct keyring;
struct responder;

struct service {
	const char *name;
	const struct conf_service *conf;
	struct context *context;
	struct responder *responder;
	bool early; /* the answer may leave with our first flight */
	bool
	    prompt; /* a handshake waits for nothing but the processor and the client */
	struct address *addresses; /* where it listens, each once */
	bool *dual; /* for each: its text stands for an IPv4 and an IPv6 address */
	size_t address_count;
	int *listen_counts; /* how many of them each item of `listen` stands for */
	uid_t socket_owner; /* of its Unix-domain sockets; -1: the daemon's user */
	gid_t socket_group; /* -1: the daemon's group */
	struct networks proxies; /* that may send a PROXY header there */
	bool skipped; /* it has neither context nor responder, and serves nobody */
};

/*
 * Prepares `service` as `conf`, which outlives it, says, in a process that `process` is about, with
 * pairs of `keyring`, and proves it (tls/proof.h), beside `namesake`, the service of the same name
 * that is in force, or NULL. A host to listen at that does not resolve any more keeps the addresses
 * that `namesake` has found, with a warning. Everything wrong or odd goes into `findings`, each starting with its key;
 * after an error the service is good for service_fini() only.
 */
void service_prepare(struct service *service, const struct conf_service *conf,
    const struct conf_process *process, const struct service *namesake,
    struct keyring *keyring, struct findings *findings);
void service_fini(struct service *service);

/* Takes out of it what would serve its clients, after errors in its certificates only: what is
 * left tells which these are. */
void service_skip(struct service *service);

/* When the next of its certificates, OCSP responses, authorities and revocation lists ends, seconds
 * since 1970 and after `now`; 0 if none does. */
int64_t service_next_end(const struct service *service, int64_t now);

/* Adds a warning for each of these that has ended, or will within warn-days, at the place of its
 * key. */
void service_warn(const struct service *service, struct findings *findings);

/* True if the service listens at `address` and has no IPv4 address to take its place: the text
 * that names it stands for IPv6 alone. Pure. */
bool service_insists_on(const struct service *service, const struct address *address);

/* Returns what the file of its Unix-domain socket at `path` has to be, in a daemon of `user` and
 * `group`. The path is not copied. Pure. */
struct socketfile service_socketfile(
    const struct service *service, const char *path, uid_t user, gid_t group);

/* Whether it takes its clients without a look at the application protocols they offer. */
bool service_has_no_protocol(const struct service *service);

#endif
