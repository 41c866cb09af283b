/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SERVERPARTS_H
#define TLSD_SERVER_SERVERPARTS_H

/* The parts of a server that all its jobs use: serving, reloading, stopping. Main thread. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "responders/answermonitor.h"
#include "server/connection/connection.h"

struct activation;
struct conf_process;
struct control;
struct inheritance;
struct loop;
struct notify;
struct pidfile;
struct pipeline;
struct sandbox;
struct serverinfo;
struct snapshot;

/* The state that the service manager shows. */
#define SERVERPARTS_SERVING "serving"

/* How the server was started; a reload needs it. */
struct server_origin {
	const char
	    *path; /* of the configuration; owned by the caller, outlives the server */
	uid_t user; /* the user that the daemon is or becomes */
	gid_t group;
	bool daemon; /* logs cannot go to standard error */
	const struct sandbox *sandbox; /* owned by the caller, outlives the server */
	struct activation
	    *activation; /* source of listeners during server_new(); or NULL */
	struct inheritance
	    *inheritance; /* source of listeners until server_own(); or NULL */
};

struct serverparts {
	struct server_origin origin;
	struct connection_shared shared;
	struct serverinfo *serverinfo;
	struct monitor monitor; /* for the responders that report on the server */
	struct loop *loop;
	struct pipeline *pipeline;
	struct control
	    *control; /* owned by the caller, like the next two; may be NULL */
	struct pidfile *pidfile;
	struct notify *notify;
	struct deadline expiry; /* when to look for ended certificates */
};

/* Makes all parts but those of the caller, in a zeroed `parts`; takes a reference to `snapshot`.
 * serverparts_fini() frees them, in any case. Returns 0, or -1 with errno. */
int serverparts_init(struct serverparts *parts, const struct server_origin *origin,
    struct snapshot *snapshot);

/* Waits for the workers, closes everything that is left, and frees the parts. */
void serverparts_fini(struct serverparts *parts);

/* Returns the snapshot in force, without a reference. */
struct snapshot *serverparts_snapshot(const struct serverparts *parts);

/* Returns the settings of the process that are in force. */
const struct conf_process *serverparts_conf(const struct serverparts *parts);

#endif
