/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that come back from the workers. */
#include "server/worker/returns.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/thread/sync.h"
#include "server/connection/connection.h"
#include "server/event/loop.h"

#define COLLECT_MS 5 /* the delay of served connections */

struct returns {
	struct loop *loop;
	pthread_mutex_t mutex;
	/* Under the mutex: */
	struct connection_list given;
	size_t count;
	struct deadline collect; /* never, if nothing was given */
};

struct returns *
returns_new(struct loop *loop)
{
	struct returns *returns = memory_new(sizeof *returns);

	returns->loop = loop;
	TAILQ_INIT(&returns->given);
	returns->collect = deadline_never();
	sync_mutex_init(&returns->mutex);
	return returns;
}

void
returns_free(struct returns *returns)
{
	struct connection *connection;

	if (returns == NULL)
		return;
	while ((connection = TAILQ_FIRST(&returns->given)) != NULL) {
		TAILQ_REMOVE(&returns->given, connection, link);
		connection_free(connection);
	}
	sync_mutex_fini(&returns->mutex);
	free(returns);
}

void
returns_give(struct returns *returns, struct connection *connection)
{
	struct deadline collect = deadline_in(COLLECT_MS);

	/* Others wait for its worker, or it is parked. */
	if (connection->hurried || connection->session != NULL)
		collect.at_ns = deadline_now_ns();
	sync_lock(&returns->mutex);
	TAILQ_INSERT_TAIL(&returns->given, connection, link);
	returns->count++;
	bool sooner = collect.at_ns < returns->collect.at_ns;
	if (sooner)
		returns->collect = collect;
	sync_unlock(&returns->mutex);
	if (sooner)
		loop_wake(returns->loop);
}

struct deadline
returns_collect(struct returns *returns, struct connection_list *list)
{
	sync_lock(&returns->mutex);
	if (deadline_passed(returns->collect)) {
		TAILQ_CONCAT(list, &returns->given, link);
		returns->count = 0;
		returns->collect = deadline_never();
	}
	struct deadline next = returns->collect;
	sync_unlock(&returns->mutex);
	return next;
}

size_t
returns_count(struct returns *returns)
{
	sync_lock(&returns->mutex);
	size_t count = returns->count;
	sync_unlock(&returns->mutex);
	return count;
}
