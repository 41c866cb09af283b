/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_ALERT_H
#define TLSD_BASE_ALERT_H

/* TLS alerts (RFC 8446, 6, and the IANA registry): those that tlsd itself sends, and the names
 * of all. */
enum {
	ALERT_DECODE_ERROR = 50,
	ALERT_UNRECOGNIZED_NAME = 112,
	ALERT_NO_APPLICATION_PROTOCOL = 120
};

/*
 * Returns the name of an alert in words, such as "certificate required" for 116, or "unknown"
 * for a number without a name.
 */
const char *alert_name(unsigned number);

#endif
