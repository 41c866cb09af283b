/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_PROCESS_H
#define TLSD_START_PROCESS_H

/*
 * The parts of a tlsd process that serves. The steps that open them return 0, or -1 after a
 * message on standard error or an error in `findings`. Main thread.
 */

#include <stdbool.h>

#include "base/log/findings.h"
#include "server/process/daemon.h"
#include "server/process/privileges.h"

struct activation;
struct conf_process;
struct control;
struct inheritance;
struct notify;
struct pidfile;
struct sandbox;
struct server;
struct snapshot;

struct process {
	char *path; /* of the configuration; absolute */
	bool daemonize;
	bool service; /* a daemon, or in the foreground under a service manager */
	struct daemon daemon;
	struct notify *notify; /* the link to the service manager, or NULL */
	struct activation *activation; /* until the server has used it */
	struct snapshot *snapshot;
	struct privileges privileges;
	struct inheritance *inheritance; /* until it is confirmed */
	struct pidfile *pidfile;
	struct sandbox *sandbox;
	struct server *server;
	struct control *control;
	struct findings findings;
};

/* Finds the service manager that started this process, and the sockets it has passed. */
void process_find_manager(struct process *process);

/* Reads the configuration at `path` and checks the files that a start writes. */
int process_load(struct process *process, const char *path);

/* Returns the settings of the process. The snapshot must be loaded. */
const struct conf_process *process_conf(const struct process *process);

/* Writes the PID file, or takes it over from the process that is replaced. */
int process_open_pidfile(struct process *process);

/* Makes the server, which binds its ports, and the sandbox. */
int process_make_server(struct process *process);

/* Opens the control socket of the server. */
int process_open_control(struct process *process);

/* Switches to the user and drops the rights that are not needed from here on. */
int process_give_up_rights(struct process *process);

/* Opens the log with the rights that a reload has. */
int process_open_log(const struct process *process);

/* Ends the server and all that other processes see of this one. Returns false if a reload still
 * uses the memory of the process: a stop does not wait for it, because a disk may hang. */
bool process_leave(struct process *process);

/* Frees the memory of a process that has left. */
void process_fini(struct process *process);

#endif
