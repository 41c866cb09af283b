/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_SERVICE_H
#define TLSD_SERVER_SNAPSHOT_SERVICE_H

/*
 * One service, prepared from its section of the configuration: addresses, certificates and
 * policy, responder. Part of a snapshot, and immutable once it is prepared, so any thread may
 * read it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/net/address.h"
#include "base/net/networklist.h"
#include "server/process/socketfile.h"

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
	bool early; /* the answer may be sent with our first flight */
	bool prompt; /* a handshake only waits for the processor and the client */
	struct address *addresses; /* where it listens, each once */
	bool *dual; /* for each: its text stands for an IPv4 and an IPv6 address */
	size_t address_count;
	int *listen_counts; /* how many of them each item of `listen` stands for */
	uid_t
	    socket_owner; /* owner of its Unix-domain sockets; -1: the daemon's user */
	gid_t socket_group; /* -1: the daemon's group */
	struct networklist proxies; /* from which a PROXY header is accepted */
	bool skipped; /* it has neither context nor responder, and serves no client */
};

/*
 * Prepares `service` from `conf`, which outlives it, for a process with the settings `process`,
 * with key pairs of `keyring`. Proves it (tls/proof/proof.h), with `namesake`, the service of
 * that name in force, or NULL. If a host to listen at does not resolve any more, the addresses of
 * `namesake` stay in use, with a warning. Problems go into `findings`, each starting with its
 * key. After an error only service_fini() may be called.
 */
void service_prepare(struct service *service, const struct conf_service *conf,
    const struct conf_process *process, const struct service *namesake,
    struct keyring *keyring, struct findings *findings);
void service_fini(struct service *service);

/* Removes its context and its responder, after errors in its certificates only. The rest tells
 * which clients belong to it. */
void service_skip(struct service *service);

/* Returns when the next of its certificates, OCSP responses, authorities and revocation lists
 * ends: seconds since 1970, after `now`; 0 if none does. */
int64_t service_next_end(const struct service *service, int64_t now);

/* Adds a warning for each of these that has ended, or will end within warn-days, at the place of
 * its key. */
void service_warn(const struct service *service, struct findings *findings);

/* True if the service listens at `address` and has no IPv4 address to replace it: the item of
 * `listen` stands for IPv6 alone. Pure. */
bool service_insists_on(const struct service *service, const struct address *address);

/* Returns the file that its Unix-domain socket at `path` must have, in a daemon of `user` and
 * `group`. The path is not copied. Pure. */
struct socketfile service_socketfile(
    const struct service *service, const char *path, uid_t user, gid_t group);

/* True if the service ignores the application protocols that its clients offer. */
bool service_has_no_protocol(const struct service *service);

#endif
