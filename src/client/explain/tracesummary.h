/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_EXPLAIN_TRACESUMMARY_H
#define TLSD_CLIENT_EXPLAIN_TRACESUMMARY_H

/* An explanation of a trace, in sentences. A pure function. */

#include <stdbool.h>

struct stringlist;
struct trace;

/* Adds notable facts of the finished trace of a session, which was resumed or not, in lines of at
 * most 76 characters. The round trips and their purposes come first. */
void tracesummary_tell(
    const struct trace *trace, bool resumed, struct stringlist *lines);

#endif
