/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd in which allocations fail during a reload: the old configuration
 * stays in force, complete. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "faults/poor.h"

#define STEP 5 /* only every fifth allocation fails: there are thousands */
#define ALONE 1

static const struct life life = { .options = { .priority = POOR_TLS13 } };

/* Empties the log, so that it only contains new lines. */
static void
forget_log(const struct daemon *daemon)
{
	ck_assert_int_eq(truncate(daemon->log, 0), 0);
}

/* Reloads while `many` allocations from `number` on fail. Returns how many were made;
 * `*done` is true if the reload succeeded. */
static long
reload_poorly(struct poor *poor, long number, long many, bool *done)
{
	long long deadline = daemon_deadline();

	forget_log(poor->daemon);
	poor_order(poor, number, many);
	daemon_signal(poor->daemon, SIGHUP);
	do {
		poor_settle(poor);
		daemon_pause(deadline, "neither done nor failed");
		*done = daemon_count(poor->daemon, "reload: done") > 0;
	} while (!*done && strstr(poor->daemon->text, "reload: failed") == NULL);
	ck_assert_ptr_null(strstr(poor->daemon->text, "is skipped"));
	return poor_relieve(poor);
}

/* Returns the number of allocated blocks after a reload and a connection. */
static long
count_blocks(struct poor *poor)
{
	daemon_reload(poor->daemon, "done");
	ck_assert(poor_attempt(poor, &life));
	poor_settle(poor);
	return atomic_load(&poor->shortage->blocks);
}

/* Reloads repeatedly, each time with `many` allocations failing from a later one on. */
static void
reload_without_memory(long many)
{
	struct poor poor = poor_serve("on-bad-cert = skip\n");
	long before = count_blocks(&poor), count = 1, failed = 0;
	bool done = false;

	/* A reload that fails early allocates less than a whole one. */
	for (long number = 1; number <= count || !done; number += STEP) {
		long made = reload_poorly(&poor, number, many, &done);
		count = made > count ? made : count;
		failed += !done;
		ck_assert(poor_attempt(&poor, &life));
	}
	ck_assert_int_gt(failed, 100);
	long long deadline = daemon_deadline();
	while (count_blocks(&poor) > before)
		daemon_pause(deadline, "blocks are lost");
	poor_stop(&poor);
}

START_TEST(reload_fails_at_a_single_allocation_failure)
{
	reload_without_memory(ALONE);
}
END_TEST

START_TEST(reload_without_memory_fails_and_the_next_one_does_not)
{
	reload_without_memory(POOR_ALL);
}
END_TEST

POOR("shortage while reloading", reload_fails_at_a_single_allocation_failure,
    reload_without_memory_fails_and_the_next_one_does_not)
