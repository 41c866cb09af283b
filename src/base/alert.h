/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_ALERT_H
#define TLSD_BASE_ALERT_H

/* The names of TLS alerts. */

/*
 * The name of an alert in words, "certificate required" for 116 (RFC 8446, 6 and the IANA
 * registry of TLS alerts); "unknown" for a number that has none.
 */
const char *alert_name(unsigned number);

#endif
