/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_HASHES_H
#define TLSD_TLS_ACCEL_HASHES_H

/*
 * Chooses between the two implementations of SHA-1 and SHA-2 that GnuTLS has: its own, and
 * nettle's. Both use the processor's instructions for SHA-1 and SHA-256, if it has them. But
 * GnuTLS 3.8 does not find them (seen with 3.8.9 and 3.8.13, not with 3.7.9), so its own
 * SHA-256 takes four times as long as nettle's.
 *
 * A program that links this file must call library_start(): GnuTLS does not start itself when it
 * is loaded.
 */

/* If nettle's are faster, sets the environment variable that tells GnuTLS what else to use of its
 * own, unless the user has set it. Main thread, once, before library_start(). */
void hashes_choose(void);

#endif
