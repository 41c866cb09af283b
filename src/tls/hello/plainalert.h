/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_HELLO_PLAINALERT_H
#define TLSD_TLS_HELLO_PLAINALERT_H

/*
 * Alerts that a client sends before it has keys. In TLS 1.3 some clients reject the certificate
 * that way (RFC 8446, 5.1 and 6). A pure function.
 */

#include <stddef.h>

/* Returns the description of the first plaintext alert among the records in `bytes`, or -1 if
 * there is none. */
int plainalert_find(const unsigned char *bytes, size_t size);

#endif
