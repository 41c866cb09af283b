/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in memory. */
#include "memoryfile.h"

#include <stdio.h>
#include <sys/mman.h>

#include "base/file/file.h"
#include "fuzz.h"

int
memoryfile_open(const void *bytes, size_t size, char path[MEMORYFILE_PATH_SIZE])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_EXPECT(fd >= 0);
	FUZZ_EXPECT(file_write_all(fd, bytes, size) == 0);
	snprintf(path, MEMORYFILE_PATH_SIZE, "/proc/self/fd/%d", fd);
	return fd;
}
