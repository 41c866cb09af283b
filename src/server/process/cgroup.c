/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control groups. */
#include "server/process/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"

#define ROOT "/sys/fs/cgroup"
#define MAX 8192 /* bytes of a process's list of groups */

/* Returns the version 2 group of a process, such as "/system.slice/tlsd.service", or NULL. The
 * caller frees it. */
static char *
find_cgroup(const char *process)
{
	char *path = memory_format("/proc/%s/cgroup", process);
	char *text = NULL, *group = NULL;
	size_t size;

	if (file_read(path, MAX, &text, &size) == 0) {
		const char *line =
		    strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
		if (line != NULL) {
			line = strchr(line, '/');
			group = memory_format("%.*s", (int)strcspn(line, "\n"), line);
		}
		free(text);
	}
	free(path);
	return group;
}

/* Moves this process: writing 0 stands for the writer. */
static int
enter_group(const char *group)
{
	char *path = memory_format(ROOT "%s/cgroup.procs", group);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = fd < 0 ? -1 : file_write_all(fd, "0", 1);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	free(path);
	errno = saved;
	return result;
}

int
cgroup_join(pid_t pid)
{
	char *number = memory_format("%ld", (long)pid);
	char *own = find_cgroup("self"), *other = find_cgroup(number);
	int result = 0;

	if (own != NULL && other != NULL && strcmp(own, other) != 0)
		result = enter_group(other);
	int saved = errno;
	free(other);
	free(own);
	free(number);
	errno = saved;
	return result;
}
