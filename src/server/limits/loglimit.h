/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_LIMITS_LOGLIMIT_H
#define TLSD_SERVER_LIMITS_LOGLIMIT_H

/*
 * Keeps failures from flooding the log. Of each class of each service, the first LOGLIMIT_LINES
 * within a minute have lines of their own. The rest of that minute is counted, and summed up in
 * one line with some of the clients. At LOG_LEVEL_DEBUG all failures have lines. Its memory only
 * grows with the number of services.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/failure.h"
#include "base/log/log.h"

struct address;
struct loglimit;

#define LOGLIMIT_LINES 10

/* Makes a counter with minutes of `minute_ms`, which is 60000 except in tests. */
struct loglimit *loglimit_new(int64_t minute_ms);

/* Logs the remaining sums and frees. No other thread may use it any more. Accepts NULL. */
void loglimit_free(struct loglimit *loglimit);

/* True if a failure of `peer` with `service` must be logged. Otherwise counts it, for a sum at
 * `level`. True if memory is exhausted. Any thread. */
bool loglimit_admit(struct loglimit *loglimit, const char *service,
    enum failure failure, enum log_level level, const struct address *peer);

/* Logs the sums of a minute that has ended. Returns when the next one ends. Main thread. */
struct deadline loglimit_expire(struct loglimit *loglimit);

/* Logs the sums of the minute so far, and begins the next one. Main thread. */
void loglimit_flush(struct loglimit *loglimit);

#endif
