/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_BENCHRUN_H
#define TLSD_CLIENT_BENCH_BENCHRUN_H

/* A load: threads that call a server until a limit is reached. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/bench/benchtally.h"

struct benchcaller_plan;
struct options_load;

struct benchrun_outcome {
	struct benchtally tally;
	int64_t
	    elapsed_ns; /* from the first connection's start to the last one's end */
	int64_t server_cpu_ns; /* -1: not measured */
	int64_t client_cpu_ns;
};

/*
 * Runs the load and waits for its end. A thread whose connection failed rests for ten
 * milliseconds. SIGINT and SIGTERM end it early: connections in progress are finished and
 * counted. If standard error is a terminal, a line there shows the progress. Returns 0, or -1
 * with errno if threads or memory are lacking; then nothing is left running. Main thread only.
 */
int benchrun(const struct benchcaller_plan *plan, const struct options_load *load,
    struct benchrun_outcome *outcome);

#endif
