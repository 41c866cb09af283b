/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_DRAIN_H
#define TLSD_CTL_DRAIN_H

/* Draining with progress. */

#include <stdint.h>

struct wire;

/* Tells the server to drain, and waits until it has no connection left, or `timeout_ms` are
 * over (0: as long as it takes). Prints how many are left whenever that changes. Returns
 * STATUS_OK, STATUS_FAILED when some were left, or as wire_ask(). */
int drain_wait(struct wire *wire, int64_t timeout_ms);

#endif
