/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens and closes the parts of the process. */
#include "start/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/file/safepath.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "server/accept/activation.h"
#include "server/conf/conf.h"
#include "server/control/control.h"
#include "server/control/controlplace.h"
#include "server/controlcommand.h"
#include "server/preflight.h"
#include "server/process/inheritance.h"
#include "server/process/notify.h"
#include "server/process/pidfile.h"
#include "server/sandbox/sandbox.h"
#include "server/server.h"
#include "server/serverlog.h"
#include "server/snapshot/snapshot.h"
#include "start/startconf.h"
#include "start/startreport.h"

void
process_find_manager(struct process *process)
{
	char error[256];

	process->activation = activation_begin();
	process->notify = notify_open(error, sizeof error);
	if (error[0] != '\0')
		findings_warning(&process->findings, "%s", error);
	process->service = process->daemonize || process->notify != NULL;
}

int
process_load(struct process *process, const char *path)
{
	/* A daemon leaves its folder, but a reload must find the file again. */
	char *absolute = realpath(path, NULL);

	process->snapshot = startconf_load(absolute != NULL ? absolute : path,
	    &process->path, &process->privileges, &process->findings);
	free(absolute);
	if (process->snapshot != NULL)
		preflight_start(process_conf(process), process->daemonize,
		    process->service, &process->findings);
	if (process->findings.errors == 0)
		return 0;
	startreport_print(&process->findings);
	startreport_error("%s: cannot be used", path);
	return -1;
}

const struct conf_process *
process_conf(const struct process *process)
{
	return &snapshot_conf(process->snapshot)->process;
}

/* Takes over the locked PID file of the other process if its path is the same. */
static bool
adopt_pidfile(struct process *process, const struct conf_process *conf)
{
	char *name = memory_format("pid-file %s", conf->pid_file);
	int fd = inheritance_take(process->inheritance, name);

	free(name);
	if (fd < 0)
		return false;
	process->pidfile = pidfile_adopt(fd, conf->pid_file);
	if (process->pidfile == NULL)
		close(fd);
	return process->pidfile != NULL;
}

int
process_open_pidfile(struct process *process)
{
	const struct conf_process *conf = process_conf(process);
	char error[512];

	if (!process->service || conf->pid_file[0] == '\0')
		return 0;
	if (adopt_pidfile(process, conf))
		return 0;
	process->pidfile = pidfile_open(conf->pid_file, error, sizeof error);
	if (process->pidfile != NULL)
		return 0;
	startreport_error("pid-file: %s", error);
	return -1;
}

/* Closes the passed sockets that the server does not use. */
static void
end_activation(struct process *process)
{
	activation_end(process->activation, &process->findings);
	process->activation = NULL;
}

int
process_make_server(struct process *process)
{
	process->sandbox = sandbox_new(process->snapshot);
	struct server_origin origin = { .path = process->path,
		.user = process->privileges.uid,
		.group = process->privileges.gid,
		.daemon = process->daemonize,
		.sandbox = process->sandbox,
		.activation = process->activation,
		.inheritance = process->inheritance };
	process->server = server_new(&origin, process->snapshot, &process->findings);
	end_activation(process);
	return process->server != NULL ? 0 : -1;
}

int
process_open_control(struct process *process)
{
	const struct conf_process *conf = process_conf(process);
	char error[512];

	if (!startconf_has_control(conf, process->service))
		return 0;
	struct controlplace place = { .path = conf->control_socket,
		.owner = process->privileges.uid,
		.group = process->privileges.gid,
		.mode = (mode_t)conf->control_socket_mode,
		.inheritance = process->inheritance };
	process->control = control_open(&place, server_loop(process->server),
	    controlcommand_run, process->server, error, sizeof error);
	if (process->control != NULL)
		return 0;
	startreport_error("control-socket: %s", error);
	return -1;
}

int
process_give_up_rights(struct process *process)
{
	if (privileges_drop(&process->privileges) < 0) {
		startreport_error("user: %s", strerrordesc_np(errno));
		return -1;
	}
	if (sandbox_enter(process->sandbox) < 0) {
		startreport_error("sandbox: %s", strerrordesc_np(errno));
		return -1;
	}
	return 0;
}

int
process_open_log(const struct process *process)
{
	const struct conf_process *conf = process_conf(process);

	if (serverlog_open(conf, process->daemonize) == 0)
		return 0;
	if (errno == EAGAIN) {
		startreport_error("log: cannot create a thread: raise ulimit -u");
		return -1;
	}
	startreport_error("log-file: %s: uid %u cannot write it: %s%s", conf->log_file,
	    (unsigned)getuid(), strerrordesc_np(errno), safepath_remedy(errno));
	return -1;
}

bool
process_leave(struct process *process)
{
	const bool is_reloading =
	    process->server != NULL && server_is_reloading(process->server);

	end_activation(process);
	inheritance_free(process->inheritance);
	control_close(process->control);
	if (!is_reloading)
		server_free(process->server);
	pidfile_close(process->pidfile);
	log_close();
	notify_close(process->notify);
	return !is_reloading;
}

void
process_fini(struct process *process)
{
	sandbox_free(process->sandbox);
	snapshot_drop(process->snapshot);
	privileges_fini(&process->privileges);
	findings_fini(&process->findings);
	free(process->path);
}
