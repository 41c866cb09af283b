/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_MEMORY_RESERVE_H
#define TLSD_BASE_MEMORY_RESERVE_H

/*
 * Memory set aside for shortages, so that started work can end in order: libgmp aborts the
 * process when an allocation fails, and GnuTLS, libtasn1 and libcrypto then use freed memory.
 * In tlsd, malloc.c takes from it. It is address space, and does not take memory until it is
 * used. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>

/* Sets the memory aside, if the system allows it. Call it once, before the other threads start. */
void reserve_make(void);

/* Returns a block of at least `size` bytes, aligned for anything, not zeroed, or NULL if there
 * is none. */
void *reserve_take(size_t size);

/* True if such a block can become free when others are returned. */
bool reserve_awaits(size_t size);

/* True if `block` was taken from the reserve. False for NULL. */
bool reserve_owns(const void *block);

/* Returns the usable size of such a block, in bytes. */
size_t reserve_size(const void *block);

/* Takes such a block back. */
void reserve_return(void *block);

/* True if so much of it is used that a connection that took from it must not wait. */
bool reserve_is_low(void);

/* True if new connections can be served: nothing of it is used, or not much, and there is
 * memory again. */
bool reserve_is_ready(void);

#endif
