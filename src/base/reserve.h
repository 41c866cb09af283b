/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_RESERVE_H
#define TLSD_BASE_RESERVE_H

/*
 * Memory set aside for when there is none, so that what has begun can end in order: libgmp
 * aborts the process when an allocation fails, and GnuTLS, libtasn1 and libcrypto then use
 * what is freed. It is made of blocks from malloc(3), and free(3) frees what was taken. In
 * tlsd, malloc.c takes from it. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>

/* Sets aside what `threads` need that serve a connection each, as far as there is memory.
 * Once, before the other threads. */
void reserve_make(size_t threads);

/* Fills it again after it was used. Whether it is full. */
bool reserve_fill(void);

/* A block of at least `size` bytes, not zeroed; NULL when there is none. */
void *reserve_take(size_t size);

/* Whether there will be such a block once what was taken is returned. */
bool reserve_awaits(size_t size);

/* Whether it keeps `block`, which is not needed any more, in place of one that was taken. */
bool reserve_keep(void *block);

/* Frees all of it. */
void reserve_free(void);

#endif
