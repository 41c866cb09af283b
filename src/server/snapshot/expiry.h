/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_EXPIRY_H
#define TLSD_SERVER_SNAPSHOT_EXPIRY_H

/* Warns of certificates and OCSP responses in use that end: a day's log names each that ends
 * soon, and each end is logged at once. */

#include "base/deadline.h"

struct snapshot;

/* Returns when to look next: in a day, or when the next of them has ended. */
struct deadline expiry_next(const struct snapshot *snapshot);

/* Logs a warning for each of them that has ended, or will end within warn-days. */
void expiry_warn(const struct snapshot *snapshot);

#endif
