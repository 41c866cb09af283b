/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_REPEATS_H
#define TLSD_SERVER_REPEATS_H

/*
 * Keeps failures from flooding the log: of each class of each service the first
 * REPEATS_LINES within a minute have lines of their own; the rest of that minute is counted,
 * and summed up in one line with some of the clients. At LOG_LEVEL_DEBUG all have lines.
 * What it holds grows with the number of services alone.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/failure.h"
#include "base/log.h"

struct address;
struct repeats;

#define REPEATS_LINES 10

/* `minute_ms` is how long its minutes are: 60000 outside of tests. */
struct repeats *repeats_new(int64_t minute_ms);

/* Sums up what is left. No other thread may use it any more. NULL is fine. */
void repeats_free(struct repeats *repeats);

/* Whether a failure of `peer` with `service` shall be logged; if not it is counted, for a sum
 * of `level`. When memory is exhausted, it shall. Any thread. */
bool repeats_admit(struct repeats *repeats, const char *service, enum failure failure,
    enum log_level level, const struct address *peer);

/* Logs the sums of a minute that is over. Returns when the next one will be. Main thread. */
struct deadline repeats_expire(struct repeats *repeats);

/* Logs the sums of the minute so far, and begins the next. Main thread. */
void repeats_flush(struct repeats *repeats);

#endif
