/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_DIGEST_H
#define TLSD_TLS_DIGEST_H

/* SHA-256 for purposes other than TLS. Any thread. */

#include <stddef.h>

#define DIGEST_TEXT_SIZE 45 /* 32 bytes in base64, and a NUL */

/* Writes the SHA-256 of the bytes to `out`, in base64. Returns 0, or -1 if the library cannot
 * compute it. */
int digest_sha256(const void *bytes, size_t size, char out[DIGEST_TEXT_SIZE]);

#endif
