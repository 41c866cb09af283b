/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Information about the server. */
#include "server/report/serverinfo.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory/memory.h"
#include "responders/responder.h"
#include "server/report/history.h"
#include "server/snapshot/current.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"

struct serverinfo {
	const struct stats *stats;
	size_t workers;
	int64_t started;
	_Atomic(enum serverinfo_state) state;
	_Atomic(bool) last_worked;
	_Atomic(uint64_t) reloads, failed_reloads;
	struct current *current;
	struct history *history;
};

const char *
serverinfo_state_name(enum serverinfo_state state)
{
	static const char *const names[] = { [SERVERINFO_RUNNING] = "running",
		[SERVERINFO_DRAINING] = "draining",
		[SERVERINFO_STOPPING] = "stopping" };

	return names[state];
}

struct serverinfo *
serverinfo_new(const struct stats *stats, struct current *current, size_t workers)
{
	struct serverinfo *serverinfo = memory_new(sizeof *serverinfo);

	serverinfo->stats = stats;
	serverinfo->current = current;
	serverinfo->workers = workers;
	serverinfo->history = history_new(stats);
	serverinfo->started = time(NULL);
	atomic_init(&serverinfo->last_worked, true);
	return serverinfo;
}

void
serverinfo_free(struct serverinfo *serverinfo)
{
	if (serverinfo == NULL)
		return;
	history_free(serverinfo->history);
	free(serverinfo);
}

void
serverinfo_note_reload(struct serverinfo *serverinfo, bool worked)
{
	atomic_fetch_add(
	    worked ? &serverinfo->reloads : &serverinfo->failed_reloads, 1);
	atomic_store(&serverinfo->last_worked, worked);
}

void
serverinfo_set_state(struct serverinfo *serverinfo, enum serverinfo_state state)
{
	atomic_store(&serverinfo->state, state);
}

struct snapshot *
serverinfo_snapshot(const struct serverinfo *serverinfo)
{
	return current_take(serverinfo->current);
}

struct history *
serverinfo_history(const struct serverinfo *serverinfo)
{
	return serverinfo->history;
}

const struct stats *
serverinfo_stats(const struct serverinfo *serverinfo)
{
	return serverinfo->stats;
}

static bool
is_about_server(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		const struct service *service = snapshot_service(snapshot, i);
		if (strcmp(service->name, name) == 0)
			return responder_tells_of_server(service->responder);
	}
	return false;
}

void
serverinfo_sum_clients(struct serverinfo *serverinfo, struct stats_sums *sums)
{
	struct snapshot *snapshot = serverinfo_snapshot(serverinfo);

	*sums = (struct stats_sums){ 0 };
	tally_add_to(stats_unrouted(serverinfo->stats), sums);
	for (const struct tally *tally = stats_first(serverinfo->stats); tally != NULL;
	     tally = stats_next(tally))
		if (!is_about_server(snapshot, tally_name(tally)))
			tally_add_to(tally, sums);
	snapshot_drop(snapshot);
}

size_t
serverinfo_workers(const struct serverinfo *serverinfo)
{
	return serverinfo->workers;
}

uint64_t
serverinfo_busy(const struct serverinfo *serverinfo, const struct stats_sums *sums)
{
	const uint64_t served = stats_served(sums);

	return served < serverinfo->workers ? served : serverinfo->workers;
}

enum serverinfo_state
serverinfo_state(const struct serverinfo *serverinfo)
{
	return atomic_load(&serverinfo->state);
}

int64_t
serverinfo_started(const struct serverinfo *serverinfo)
{
	return serverinfo->started;
}

uint64_t
serverinfo_reloads(const struct serverinfo *serverinfo)
{
	return atomic_load(&serverinfo->reloads);
}

uint64_t
serverinfo_failed_reloads(const struct serverinfo *serverinfo)
{
	return atomic_load(&serverinfo->failed_reloads);
}

bool
serverinfo_last_reload_worked(const struct serverinfo *serverinfo)
{
	return atomic_load(&serverinfo->last_worked);
}
