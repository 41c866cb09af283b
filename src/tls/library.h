/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_LIBRARY_H
#define TLSD_TLS_LIBRARY_H

/* The TLS library as a whole: its start and its version. */

#include <stdio.h>

/* Starts the library. Returns 0, or -1 if it is older than the version that this was built for.
 * Main thread, once, after fork(2) and before the first thread. */
int library_start(void);
void library_stop(void);

/* Returns the version of the library at run time, such as "3.7.9". */
const char *library_version(void);

/* Prints "GnuTLS 3.7.9", with ", libcrypto 3.0.17" if libcrypto signs, and ", lib25519" if lib25519
 * computes X25519. */
void library_print(FILE *out);

#endif
