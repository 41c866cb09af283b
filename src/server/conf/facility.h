/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_FACILITY_H
#define TLSD_SERVER_CONF_FACILITY_H

/* The facilities of syslog(3) that `syslog-facility` names. Pure functions. */

/* Returns the name of a facility, or NULL after the last. */
const char *facility_name(int index);

/* Returns the facility at `index`, such as LOG_DAEMON. */
int facility_number(int index);

#endif
