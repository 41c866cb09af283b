/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the process independent of how it was started. */
#include "start/surroundings.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/event/signals.h"

void
surroundings_fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Raises the limit of open files to the hard limit. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

void
surroundings_set(void)
{
	signals_block();
	/* If SIGCHLD were ignored, the exit status of programs would be lost. */
	signal(SIGCHLD, SIG_DFL);
	/* A log that may not grow (ulimit -f) must not stop the server. */
	signal(SIGXFSZ, SIG_IGN);
	/* The group of a log may read it, regardless of the calling shell's umask. */
	umask(027);
	raise_file_limit();
}
