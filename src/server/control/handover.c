/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handing over to another tlsd. */
#include "server/control/handover.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory/memory.h"
#include "base/net/fdpassing.h"
#include "server/accept/acceptor.h"
#include "server/control/control.h"
#include "server/process/notify.h"
#include "server/process/pidfile.h"

static int
offer_descriptor(struct control_caller *caller, const char *name, int fd)
{
	char *line = memory_format("%s\n", name);
	int result = fdpassing_send(caller->fd, line, fd);

	free(line);
	stringlist_add(&caller->offered, name, strlen(name));
	return result;
}

/* Return the names of the control socket and of the pid file; the caller frees them. */
static char *
name_of_control(const struct control *control)
{
	return memory_format("control-socket %s", control_path(control));
}

static char *
name_of_pidfile(const struct pidfile *pidfile)
{
	return memory_format("pid-file %s", pidfile_path(pidfile));
}

static int
offer_paths(const struct handover_set *set, struct control_caller *caller)
{
	int result = 0;

	if (set->control != NULL) {
		char *name = name_of_control(set->control);
		result = offer_descriptor(caller, name, control_fd(set->control));
		free(name);
	}
	if (result == 0 && set->pidfile != NULL) {
		char *name = name_of_pidfile(set->pidfile);
		result = offer_descriptor(caller, name, pidfile_fd(set->pidfile));
		free(name);
	}
	return result;
}

static int
offer_notify(const struct handover_set *set, struct control_caller *caller)
{
	if (set->notify == NULL)
		return 0;
	char *name = memory_format("notify %" PRId64, notify_watchdog_ms(set->notify));
	int result = offer_descriptor(caller, name, notify_fd(set->notify));
	free(name);
	return result;
}

int
handover_offer(const struct handover_set *set, struct control_caller *caller)
{
	char name[LISTENER_NAME_SIZE];

	stringlist_fini(&caller->offered);
	stringlist_fini(&caller->kept);
	for (size_t i = 0; i < acceptor_count(set->acceptor); i++) {
		const struct listener *listener = acceptor_listener(set->acceptor, i);
		listener_name(&listener->address, listener->passed, name);
		if (offer_descriptor(caller, name, listener->fd) < 0)
			return -1;
	}
	return offer_paths(set, caller) < 0 || offer_notify(set, caller) < 0 ? -1 : 0;
}

int
handover_keep(struct control_caller *caller, size_t index)
{
	if (index >= caller->offered.count)
		return -1;
	const char *name = caller->offered.items[index];
	stringlist_add(&caller->kept, name, strlen(name));
	return 0;
}

static bool
has_left(const struct control_caller *caller)
{
	char byte;

	return recv(caller->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

int
handover_release(const struct handover_set *set, const struct control_caller *caller)
{
	if (caller->offered.count == 0 || has_left(caller))
		return -1;
	notify_replaced(set->notify, caller->pid);
	acceptor_leave(set->acceptor, &caller->kept);
	if (set->control != NULL) {
		char *name = name_of_control(set->control);
		control_leave(set->control, stringlist_has(&caller->kept, name));
		free(name);
	}
	if (set->pidfile != NULL) {
		char *name = name_of_pidfile(set->pidfile);
		if (stringlist_has(&caller->kept, name))
			pidfile_lend(set->pidfile, caller->pid);
		free(name);
	}
	return 0;
}
