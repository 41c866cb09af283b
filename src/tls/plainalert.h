/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PLAINALERT_H
#define TLSD_TLS_PLAINALERT_H

/*
 * Alerts that a client sends before it has keys: in TLS 1.3 that is how some say that they
 * do not trust the certificate (RFC 8446, 5.1 and 6). A pure function.
 */

#include <stddef.h>

/* The description of the first plaintext alert among the records in `bytes`; -1 if there is
 * none. */
int plainalert_find(const unsigned char *bytes, size_t size);

#endif
