/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and frees the parts of a server. */
#include "server/serverparts.h"

#include <stddef.h>

#include "base/memory/reserve.h"
#include "server/conf/conf.h"
#include "server/connection/connectiontable.h"
#include "server/connection/stats.h"
#include "server/event/loop.h"
#include "server/limits/loglimit.h"
#include "server/pipeline.h"
#include "server/selfreport.h"
#include "server/report/serverinfo.h"
#include "server/snapshot/current.h"
#include "server/snapshot/snapshot.h"

#define MINUTE_MS 60000

struct snapshot *
serverparts_snapshot(const struct serverparts *parts)
{
	return current_look(parts->shared.current);
}

const struct conf_process *
serverparts_conf(const struct serverparts *parts)
{
	return &snapshot_conf(serverparts_snapshot(parts))->process;
}

/* Makes the parts that cannot fail once there is a loop. */
static void
make_infallible_parts(struct serverparts *parts)
{
	const struct conf_process *conf = serverparts_conf(parts);

	reserve_make();
	parts->shared.stats = stats_new((size_t)conf->workers + 1);
	parts->shared.loglimit = loglimit_new(MINUTE_MS);
	parts->shared.table = connectiontable_new();
	parts->serverinfo = serverinfo_new(
	    parts->shared.stats, parts->shared.current, (size_t)conf->workers);
	parts->monitor = selfreport_monitor(parts->serverinfo);
	snapshot_show(serverparts_snapshot(parts), &parts->monitor);
	parts->pipeline = pipeline_new(conf, parts->loop, &parts->shared);
}

int
serverparts_init(struct serverparts *parts, const struct server_origin *origin,
    struct snapshot *snapshot)
{
	parts->origin = *origin;
	parts->shared.current = current_new(snapshot);
	parts->loop = loop_new();
	if (parts->loop == NULL)
		return -1;
	make_infallible_parts(parts);
	return 0;
}

void
serverparts_fini(struct serverparts *parts)
{
	pipeline_free(parts->pipeline);
	serverinfo_free(parts->serverinfo);
	connectiontable_free(parts->shared.table);
	loglimit_free(parts->shared.loglimit);
	stats_free(parts->shared.stats);
	loop_free(parts->loop);
	current_free(parts->shared.current);
}
