/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_MEMORYFILE_H
#define TLSD_TESTS_MEMORYFILE_H

/* A file in memory, for functions that read a file by its path. */

#include <stddef.h>

#define MEMORYFILE_PATH_SIZE 64

/* Makes a file of the `size` bytes and writes its path to `path`. Returns the
 * descriptor that keeps it, which the caller closes. */
int memoryfile_open(const void *bytes, size_t size, char path[MEMORYFILE_PATH_SIZE]);

#endif
