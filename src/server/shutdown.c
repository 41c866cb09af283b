/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finishes or cuts the connections of a server that stops. */
#include "server/shutdown.h"

#include <stdint.h>

#include "base/log/log.h"
#include "server/conf/conf.h"
#include "server/pipeline.h"
#include "server/process/notify.h"
#include "server/reload.h"
#include "server/report/serverinfo.h"
#include "server/serverparts.h"

#define HELLO_MS 1000 /* a client without a hello by then is closed */
#define TURN_MS 20 /* how often finishing checks whether all have ended */
#define ENDING_MS 10000 /* for the log and the memory, after the last connection */

void
shutdown_begin_replaced(struct shutdown *shutdown)
{
	const struct serverparts *parts = shutdown->parts;

	shutdown->stage = SHUTDOWN_FINISHING;
	reload_end(shutdown->reload);
	serverinfo_set_state(parts->serverinfo, SERVERINFO_STOPPING);
	shutdown->end = deadline_in(serverparts_conf(parts)->shutdown_timeout_ms);
}

static void
begin_finishing(struct shutdown *shutdown)
{
	const struct serverparts *parts = shutdown->parts;
	int64_t timeout = serverparts_conf(parts)->shutdown_timeout_ms;

	log_notice("stopping: finishing open connections");
	shutdown_begin_replaced(shutdown);
	notify_stopping(parts->notify, timeout > 0 ? timeout + ENDING_MS : 0,
	    "stopping: finishing open connections");
	pipeline_close(parts->pipeline, deadline_in(HELLO_MS));
}

static void
begin_cutting(struct shutdown *shutdown, const char *why)
{
	log_warning("stopping: closing unfinished connections: %s", why);
	shutdown->stage = SHUTDOWN_CUTTING;
}

void
shutdown_request(struct shutdown *shutdown)
{
	if (shutdown->stage == SHUTDOWN_NONE)
		begin_finishing(shutdown);
	else if (shutdown->stage == SHUTDOWN_FINISHING)
		begin_cutting(shutdown, "second request to stop");
}

bool
shutdown_has_begun(const struct shutdown *shutdown)
{
	return shutdown->stage != SHUTDOWN_NONE;
}

bool
shutdown_is_done(struct shutdown *shutdown)
{
	struct pipeline *pipeline = shutdown->parts->pipeline;

	if (shutdown->stage == SHUTDOWN_FINISHING && pipeline_is_empty(pipeline))
		return true;
	if (shutdown->stage == SHUTDOWN_FINISHING && deadline_passed(shutdown->end))
		begin_cutting(shutdown, "shutdown-timeout has passed");
	return shutdown->stage == SHUTDOWN_CUTTING && pipeline_cut(pipeline);
}

struct deadline
shutdown_next(const struct shutdown *shutdown)
{
	return shutdown_has_begun(shutdown) ? deadline_in(TURN_MS) : deadline_never();
}
