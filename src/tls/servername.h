/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SERVERNAME_H
#define TLSD_TLS_SERVERNAME_H

/* Host names as clients name them and as certificates have them. A pure function. */

#include <stdbool.h>

/*
 * Whether the certificate's name `pattern` stands for the host `name`, whatever the case of
 * their letters: they are equal, or a "*" for the whole of its first label stands for one
 * label (RFC 6125, 6.4.1 and 6.4.3).
 */
bool servername_matches(const char *pattern, const char *name);

#endif
