/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Information about the server. */
#include "server/report/serverinfo.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory/memory.h"
#include "responders/responder.h"
#include "server/snapshot/current.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"

struct overview {
	const struct stats *stats;
	size_t workers;
	int64_t started;
	_Atomic(enum overview_state) state;
	_Atomic(bool) last_worked;
	_Atomic(uint64_t) reloads, failed_reloads;
	struct current *current;
};

const char *
overview_state_name(enum overview_state state)
{
	static const char *const names[] = { [OVERVIEW_RUNNING] = "running",
		[OVERVIEW_DRAINING] = "draining",
		[OVERVIEW_STOPPING] = "stopping" };

	return names[state];
}

struct overview *
overview_new(const struct stats *stats, struct current *current, size_t workers)
{
	struct overview *overview = memory_new(sizeof *overview);

	overview->stats = stats;
	overview->current = current;
	overview->workers = workers;
	overview->started = time(NULL);
	atomic_init(&overview->last_worked, true);
	return overview;
}

void
overview_free(struct overview *overview)
{
	free(overview);
}

void
overview_note_reload(struct overview *overview, bool worked)
{
	atomic_fetch_add(worked ? &overview->reloads : &overview->failed_reloads, 1);
	atomic_store(&overview->last_worked, worked);
}

void
overview_set_state(struct overview *overview, enum overview_state state)
{
	atomic_store(&overview->state, state);
}

struct snapshot *
overview_snapshot(const struct overview *overview)
{
	return current_take(overview->current);
}

const struct stats *
overview_stats(const struct overview *overview)
{
	return overview->stats;
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
overview_sum_clients(struct overview *overview, struct stats_sums *sums)
{
	struct snapshot *snapshot = overview_snapshot(overview);

	*sums = (struct stats_sums){ 0 };
	tally_add_to(stats_unrouted(overview->stats), sums);
	for (const struct tally *tally = stats_first(overview->stats); tally != NULL;
	     tally = stats_next(tally))
		if (!is_about_server(snapshot, tally_name(tally)))
			tally_add_to(tally, sums);
	snapshot_drop(snapshot);
}

size_t
overview_workers(const struct overview *overview)
{
	return overview->workers;
}

enum overview_state
overview_state(const struct overview *overview)
{
	return atomic_load(&overview->state);
}

int64_t
overview_started(const struct overview *overview)
{
	return overview->started;
}

uint64_t
overview_reloads(const struct overview *overview)
{
	return atomic_load(&overview->reloads);
}

uint64_t
overview_failed_reloads(const struct overview *overview)
{
	return atomic_load(&overview->failed_reloads);
}

bool
overview_last_reload_worked(const struct overview *overview)
{
	return atomic_load(&overview->last_worked);
}
