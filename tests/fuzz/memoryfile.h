/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_MEMORYFILE_H
#define TLSD_TESTS_MEMORYFILE_H

/* A file in memory, for what reads files by their paths. */

#include <stddef.h>

#define MEMORYFILE_PATH_SIZE 64

/* Makes one of the `size` bytes, writes its path to `path`, and returns the descriptor that
 * keeps it; the caller closes it. */
int memoryfile_open(const void *bytes, size_t size, char path[MEMORYFILE_PATH_SIZE]);

#endif
