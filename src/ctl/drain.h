/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_DRAIN_H
#define TLSD_CTL_DRAIN_H

/* Draining with progress. */

#include <stdint.h>

struct wire;

/* Tells the server to drain. Waits until it has no connections and none has come for
 * `settle_ms`, or until `timeout_ms` are over (0: no limit). Prints the number left whenever it
 * changes. Returns CTLSTATUS_OK, CTLSTATUS_FAILED after the time-out, or as wire_ask() does. */
int drain_wait(struct wire *wire, int64_t timeout_ms, int64_t settle_ms);

#endif
