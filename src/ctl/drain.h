/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_DRAIN_H
#define TLSD_CTL_DRAIN_H

/* Draining with progress. */

#include <stdint.h>

struct wire;

/* Tells the server to drain, and waits until it has no connection left and none has come for
 * `settle_ms`, or `timeout_ms` are over (0: as long as it takes). Prints how many are left
 * whenever that changes. Returns STATUS_OK, STATUS_FAILED when that was not so in time, or as
 * wire_ask(). */
int drain_wait(struct wire *wire, int64_t timeout_ms, int64_t settle_ms);

#endif
