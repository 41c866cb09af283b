/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_HOSTNAME_H
#define TLSD_SERVER_SNAPSHOT_HOSTNAME_H

/* Names of hosts, as a configuration has them. */

/* Returns NULL if `name` can be in `server-name`, in lower case; otherwise the problem, a
 * constant. */
const char *hostname_check(const char *name);

#endif
