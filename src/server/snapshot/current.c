/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The snapshot in force. */
#include "server/snapshot/current.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/thread/sync.h"
#include "server/snapshot/snapshot.h"

struct current {
	pthread_mutex_t mutex;
	struct snapshot
	    *snapshot; /* under the mutex; only the main thread replaces it */
};

struct current *
current_new(struct snapshot *snapshot)
{
	struct current *current = memory_new(sizeof *current);

	sync_mutex_init(&current->mutex);
	current->snapshot = snapshot_take(snapshot);
	return current;
}

void
current_free(struct current *current)
{
	if (current == NULL)
		return;
	snapshot_drop(current->snapshot);
	sync_mutex_fini(&current->mutex);
	free(current);
}

void
current_use(struct current *current, struct snapshot *snapshot)
{
	snapshot_take(snapshot);
	sync_lock(&current->mutex);
	struct snapshot *old = current->snapshot;
	current->snapshot = snapshot;
	sync_unlock(&current->mutex);
	snapshot_drop(old);
}

struct snapshot *
current_take(struct current *current)
{
	sync_lock(&current->mutex);
	struct snapshot *snapshot = snapshot_take(current->snapshot);
	sync_unlock(&current->mutex);
	return snapshot;
}

struct snapshot *
current_look(const struct current *current)
{
	return current->snapshot;
}
