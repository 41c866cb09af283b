/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_H
#define TLSD_SERVER_CONF_H

/*
 * The configuration as it was read: one struct for the process, one for each service, and
 * one table in conf.c that says of every key what it is called, where it may stand, what it
 * takes and what it is without being set. Reading checks each value by itself; whether files
 * and addresses are usable is found out by whoever uses them. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/findings.h"
#include "base/stringlist.h"
#include "responders/responder.h"
#include "server/limits.h"
#include "tls/context.h"

/* Where a key was set first; all zero when it was not. */
struct conf_place {
	const char *file; /* owned by the struct conf */
	int line;
};

/* What process and services have in common; the first member of both. */
struct conf_section {
	bool is_service;
	char *name; /* "" for what stands before the first section */
	char *label; /* for messages about it: "tlsd.ini" or "tlsd.ini: [hello]" */
	struct conf_place *places; /* one for each row of the table */
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
	int64_t shutdown_timeout_ms;
	int64_t workers, queue_size, stack_size, backlog, max_waiting;
	int64_t hello_timeout_ms, close_timeout_ms;
	struct limit_settings limits;
	int log_level; /* enum log_level */
	int log_format; /* enum log_format */
	struct stringlist class_level, quiet; /* verbosity.h */
	char *log_file;
	bool syslog;
	int syslog_facility; /* an index of conf_facility() */
	bool access_log;
};

/* What becomes of the rest when a service's certificates do not do. */
enum conf_on_bad_cert { CONF_FAIL, CONF_SKIP };

struct conf_service {
	struct conf_section section;
	struct stringlist listen;
	char *listen_owner, *listen_group; /* of Unix-domain sockets */
	int64_t listen_mode;
	struct stringlist server_name; /* hosts that clients name; empty: any */
	bool accept_proxy; /* each connection begins with a PROXY header */
	struct stringlist accept_proxy_from; /* networks */
	bool is_default; /* for clients that name none of any service */
	bool sni_strict; /* only for clients that name one of its own */
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

/*
 * Reads `path` and what it includes. Everything wrong in it goes into `findings`, as
 * "FILE:LINE: KEY: what is wrong and what would be right". Returns what was understood,
 * which conf_free() frees; usable only if no error was found.
 */
struct conf *conf_read(const char *path, struct findings *findings);
void conf_free(struct conf *conf);

/*
 * Adds each finding of `from`, whose texts start with a key, to `to`, with the place where
 * that key of `section` was set: "tlsd.ini:12: cert: ...", or "tlsd.ini: [hello]: cert: ..." if it was
 * not. Empties `from`.
 */
void conf_locate(
    const struct conf_section *section, struct findings *from, struct findings *to);

/* True when the key `name` of `section` was set and not left at its default. */
bool conf_is_set(const struct conf_section *section, const char *name);

/* Adds to `files` the path of each certificate, key and the like that a service has. */
void conf_watched_files(const struct conf *conf, struct stringlist *files);

/* The syslog(3) facility that `syslog-facility` chose, such as LOG_DAEMON. */
int conf_facility(const struct conf_process *process);

/*
 * Names, with a comma between, the process keys that differ between the two and take effect
 * only at a start; "" if none do. The caller frees it.
 */
char *conf_fixed_differences(const struct conf *old, const struct conf *new);

/* Prints all keys in effect as an ini file that reads back the same; for -t and for tests. Leaves
 * out the keys that a service cannot use. */
void conf_print(const struct conf *conf, FILE *out);

#endif
