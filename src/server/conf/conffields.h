/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_CONFFIELDS_H
#define TLSD_SERVER_CONF_CONFFIELDS_H

/*
 * The fields of the configuration: one struct for the process and one for each service, with a
 * member for each key of keytable.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text/stringlist.h"
#include "responders/responder.h"
#include "server/limits/limits.h"
#include "tls/session/context.h"

/* Where a key was set first; all zero if it was not set. */
struct conf_place {
	const char *file; /* owned by the struct conf */
	int line;
};

/* The common first member of the process and of each service. */
struct conf_section {
	bool is_service;
	char *name; /* "" for the keys before the first section */
	char *label; /* for messages about it: "tlsd.ini" or "tlsd.ini: [hello]" */
	struct conf_place *places; /* one for each key of keytable.h */
};

struct conf_process {
	struct conf_section section;
	char *user, *group;
	char *chroot;
	bool sandbox;
	bool daemon;
	char *pid_file;
	char *control_socket;
	int64_t control_socket_mode;
	struct stringlist include;
	bool watch;
	char *acme_dir; /* of certificates for challenges, or "" */
	int64_t shutdown_timeout_ms;
	int64_t workers, queue_size, stack_size, backlog, max_waiting;
	int64_t hello_timeout_ms, close_timeout_ms;
	struct limit_settings limits;
	int log_level; /* enum log_level */
	int log_format; /* enum log_format */
	struct stringlist class_level, quiet; /* verbosity.h */
	char *log_file;
	bool syslog;
	int syslog_facility; /* an index of facility_name() */
	bool access_log;
};

/* The effect of bad certificates of a service on the other services. */
enum conf_on_bad_cert { CONF_FAIL, CONF_SKIP };

struct conf_service {
	struct conf_section section;
	struct stringlist listen;
	char *listen_owner, *listen_group; /* of Unix-domain sockets */
	int64_t listen_mode;
	struct stringlist server_name; /* hosts that clients name; empty: any */
	bool accept_proxy; /* each connection begins with a PROXY header */
	struct stringlist accept_proxy_from; /* networks */
	bool is_default; /* for clients that name no host of any service */
	bool sni_strict; /* only for clients that name one of its hosts */
	struct responder_settings responder;
	struct context_settings context;
	int on_bad_cert; /* enum conf_on_bad_cert */
	int64_t warn_days;
	bool early_answer;
	struct limit_settings limits;
	int64_t handshake_timeout_ms, idle_timeout_ms, max_lifetime_ms;
};

struct conf {
	struct conf_process process;
	struct conf_service defaults; /* service keys before the first section */
	struct conf_service **services;
	size_t service_count;
	struct stringlist files; /* every file that was read */
};

#endif
