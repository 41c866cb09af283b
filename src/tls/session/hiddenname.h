/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_HIDDENNAME_H
#define TLSD_TLS_SESSION_HIDDENNAME_H

/*
 * Hides a server name from the library. The library ends a handshake with illegal_parameter if
 * the name has characters other than letters, digits, hyphens and dots. Other servers accept
 * such names, and underscores are common in the names of upstreams and containers.
 */

#include <stdbool.h>

struct clienthello;
struct gnutls_session_int;

/* True if the library would refuse the name in `hello`. */
bool hiddenname_is_needed(const struct clienthello *hello);

/*
 * Makes the library skip the extension server_name in `session`, from the next hello that it
 * reads. The transcript stays whole. Call it once, before that hello is read. Returns 0, or -1
 * if the library does not support it: then it refuses the name.
 */
int hiddenname_hide(struct gnutls_session_int *session);

#endif
