/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the descriptors that are left. */
#include "server/accept/sparefds.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"

#define RELOAD_NEEDS 16 /* descriptors */
#define CHALLENGE_NEEDS 2 /* acme-dir, and a file in it */

/* Returns how many descriptors all workers may need at once, and a reload. */
static rlim_t
count_needed(const struct snapshot *snapshot)
{
	unsigned most = snapshot_challenges(snapshot) != NULL ? CHALLENGE_NEEDS : 0;

	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		int kind = snapshot_service(snapshot, i)->conf->responder.kind;
		unsigned descriptors = responder_kind_descriptors(kind);
		most = descriptors > most ? descriptors : most;
	}
	return (rlim_t)snapshot_conf(snapshot)->process.workers * most + RELOAD_NEEDS;
}

static void
set_bound(struct sparefds *spare)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
		limit.rlim_cur = INT_MAX;
	rlim_t most = limit.rlim_cur / 4;
	rlim_t count = spare->wanted < most ? spare->wanted : most;
	spare->bound = (int)(limit.rlim_cur - count);
}

void
sparefds_set_aside(struct sparefds *spare, const struct snapshot *snapshot)
{
	spare->wanted = count_needed(snapshot);
	set_bound(spare);
}

bool
sparefds_are_last(struct sparefds *spare, int fd)
{
	int lowest = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (lowest >= 0)
		close(lowest);
	if (lowest < 0 || lowest >= spare->bound)
		set_bound(spare);
	return lowest < 0 || lowest >= spare->bound;
}

bool
sparefds_suffice_for_reload(int fd)
{
	int fds[RELOAD_NEEDS];
	size_t count = 0;

	while (
	    count < RELOAD_NEEDS && (fds[count] = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	bool enough = count == RELOAD_NEEDS;
	while (count > 0)
		close(fds[--count]);
	return enough;
}
