/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes over from the running tlsd. */
#include "start/takeover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "server/conf/conf.h"
#include "server/process/cgroup.h"
#include "server/process/inheritance.h"
#include "server/process/notify.h"
#include "server/server.h"
#include "start/process.h"
#include "start/startconf.h"
#include "start/startreport.h"

/* Replaces the other process in the view of its service manager, which does not know a process
 * in another control group. */
static void
adopt_surroundings(struct process *process)
{
	const char *name = inheritance_find(process->inheritance, "notify ");

	if (cgroup_join(inheritance_pid(process->inheritance)) < 0)
		findings_warning(&process->findings,
		    "upgrade: the control group of process %ld cannot be entered: %s",
		    (long)inheritance_pid(process->inheritance),
		    strerrordesc_np(errno));
	if (name == NULL)
		return;
	notify_close(process->notify);
	process->notify = notify_adopt(
	    inheritance_take(process->inheritance, name), atoll(strchr(name, ' ')));
}

int
takeover_begin(struct process *process)
{
	const struct conf_process *conf = process_conf(process);
	char error[1600] = "control-socket is empty: set it in both configurations";

	if (startconf_has_control(conf, process->service))
		process->inheritance = inheritance_begin(
		    conf->control_socket, process->privileges.uid, error, sizeof error);
	if (process->inheritance != NULL) {
		adopt_surroundings(process);
		return 0;
	}
	startreport_error("upgrade: %s", error);
	return -1;
}

int
takeover_complete(struct process *process)
{
	char error[1600];
	int result = inheritance_confirm(process->inheritance, error, sizeof error);
	if (result == 0)
		server_own(process->server);
	else
		startreport_error("upgrade: %s", error);
	inheritance_free(process->inheritance);
	process->inheritance = NULL;
	return result;
}
