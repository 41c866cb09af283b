/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/report/serverinfo.h"

#include "lib/suite.h"
#include "server/connection/stats.h"

/* Returns how many of two workers have a connection, by the sums with so many in an answer and in
 * the handshake. */
static uint64_t
busy_with(uint64_t answers, uint64_t handshakes)
{
	struct stats *stats = stats_new(1);
	struct serverinfo *serverinfo = serverinfo_new(stats, NULL, 2);
	struct stats_sums sums = { 0 };

	sums.present[PHASE_ANSWER] = answers;
	sums.present[PHASE_HANDSHAKE] = handshakes;
	uint64_t busy = serverinfo_busy(serverinfo, &sums);
	serverinfo_free(serverinfo);
	stats_free(stats);
	return busy;
}

START_TEST(no_more_workers_are_busy_than_there_are)
{
	ck_assert_uint_eq(busy_with(0, 0), 0);
	ck_assert_uint_eq(busy_with(0, 1), 1);
	ck_assert_uint_eq(busy_with(1, 1), 2);
	ck_assert_uint_eq(busy_with(2, 3), 2);
}
END_TEST

SUITE("serverinfo", no_more_workers_are_busy_than_there_are)
