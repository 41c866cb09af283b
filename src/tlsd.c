/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's main program: the order of starting and stopping. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/log.h"
#include "server/process/daemon.h"
#include "server/sandbox/memoryguard.h"
#include "server/sandbox/sandbox.h"
#include "server/server.h"
#include "server/snapshot/accesscheck.h"
#include "server/snapshot/snapshot.h"
#include "start/commandline.h"
#include "start/conftest.h"
#include "start/process.h"
#include "start/startconf.h"
#include "start/startreport.h"
#include "start/surroundings.h"
#include "start/takeover.h"
#include "tls/accel/hashes.h"
#include "tls/library.h"

/* Logs that the process has dropped its rights, and checks that it can still serve. */
static int
check_rights(struct process *process)
{
	log_notice("sandbox: %s", sandbox_describe(process->sandbox));
	accesscheck_check(process->snapshot, &process->findings);
	return process->findings.errors > 0 ? -1 : 0;
}

/* Starts everything. The order matters. Binding ports and writing the PID file need root. The
 * log is opened after the rights are dropped, because a reload opens it without them. Threads
 * start last, because all of them must have the same rights. */
static int
start(struct process *process, bool upgrade)
{
	if (upgrade && takeover_begin(process) < 0)
		return -1;
	if (process_open_pidfile(process) < 0 || process_make_server(process) < 0 ||
	    process_open_control(process) < 0)
		return -1;
	server_entrust(
	    process->server, process->control, process->pidfile, process->notify);
	if (process_give_up_rights(process) < 0 || process_open_log(process) < 0 ||
	    check_rights(process) < 0)
		return -1;
	snapshot_resolve(process->snapshot, &process->findings);
	if (server_start(process->server, &process->findings) < 0)
		return -1;
	return upgrade ? takeover_complete(process) : 0;
}

static int
start_and_serve(struct process *process, bool upgrade)
{
	if (start(process, upgrade) < 0) {
		startreport_print(&process->findings);
		return EXIT_CANNOT_RUN;
	}
	startreport_log(&process->findings, process_conf(process), process->daemonize);
	/* The server makes new ones: this one must not outlive the first reload. */
	snapshot_drop(process->snapshot);
	process->snapshot = NULL;
	/* The starting process may read the log once this one is ready. */
	log_flush();
	if (process->daemonize)
		daemon_ready(&process->daemon);
	server_run(process->server);
	return EXIT_STOPPED;
}

static int
serve(struct process *process, const struct commandline *line)
{
	int status = EXIT_BAD_CONF;

	findings_init(&process->findings);
	process_find_manager(process);
	if (process_load(process, line->conf) == 0)
		status = start_and_serve(process, line->upgrade);
	if (process->daemon.ready_fd >= 0)
		daemon_failed(&process->daemon, status);
	if (!process_leave(process))
		_exit(status);
	process_fini(process);
	return status;
}

/* Forks before anything is loaded. The library of a PKCS #11 token may have threads and
 * descriptors of its own, which the daemon would lose. */
static int
run(const struct commandline *line)
{
	struct process process = { .daemon = { .ready_fd = -1 } };

	surroundings_set();
	process.daemonize = !line->foreground && startconf_asks_for_daemon(line->conf);
	switch (process.daemonize ? daemon_fork(&process.daemon) : DAEMON_CHILD) {
	case DAEMON_PARENT:
		return process.daemon.status;
	case DAEMON_LOST:
		startreport_error(
		    "the daemon was killed before it could serve clients: look "
		    "for the signal in the log of the kernel");
		return process.daemon.status;
	case DAEMON_CHILD:
		return serve(&process, line);
	default:
		startreport_error("fork: %s: raise ulimit -u", strerrordesc_np(errno));
		return EXIT_CANNOT_RUN;
	}
}

static int
print_version(void)
{
	printf("tlsd %s, ", PACKAGE_VERSION);
	library_print(stdout);
	putchar('\n');
	return EXIT_STOPPED;
}

int
main(int argc, char **argv)
{
	struct commandline line;

	surroundings_fill_descriptors();
	/* The log may be the same file. One write(2) for each message keeps messages whole. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (commandline_parse(argc, argv, &line) < 0) {
		commandline_print_usage(stderr);
		return EXIT_BAD_CONF;
	}
	if (line.help) {
		commandline_print_usage(stdout);
		return EXIT_STOPPED;
	}
	memoryguard_begin();
	hashes_choose();
	if (library_start() < 0) {
		fputs("tlsd: GnuTLS is older than the version that tlsd was built "
		      "with: install a newer one\n",
		    stderr);
		return EXIT_CANNOT_RUN;
	}
	int status = line.version ? print_version()
	             : line.test  ? conftest_run(line.conf, line.foreground)
	                          : run(&line);
	library_stop();
	return status;
}
