/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_GROUPCODE_H
#define TLSD_TLS_POLICY_GROUPCODE_H

/* Returns the code of the group `name` of GnuTLS in the messages of TLS (RFC 8446, 4.2.7), or 0
 * if there is no such group. A pure function. */
unsigned groupcode(const char *name);

#endif
