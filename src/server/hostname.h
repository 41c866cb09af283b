/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_HOSTNAME_H
#define TLSD_SERVER_HOSTNAME_H

/* Names of hosts, as a configuration gives them. */

/* Whether `name` can stand in `server-name`, in lower case: NULL, or what is wrong with it, a
 * constant. */
const char *hostname_check(const char *name);

#endif
