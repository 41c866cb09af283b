/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_EXPIRY_H
#define TLSD_SERVER_EXPIRY_H

/* Certificates and OCSP responses in use that end: who reads the log once a day learns in time
 * what ends soon, and at once what has ended. */

#include "base/deadline.h"

struct snapshot;

/* When to look next: in a day, or when the next of them has ended. */
struct deadline expiry_next(const struct snapshot *snapshot);

/* Logs a warning for each that has ended, or will within warn-days. */
void expiry_warn(const struct snapshot *snapshot);

#endif
