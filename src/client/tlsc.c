/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client program: the state of the process, and then what it was called for. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "client/status.h"
#include "client/talk.h"

/*
 * A caller may have closed some of the first three descriptors; a socket in their place
 * would be read and written as if it were theirs. What stands in for an output can only be
 * read, so that losing an answer is an error.
 */
static int
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -1 : close(fd);
}

int
main(int argc, char **argv)
{
	if (fill_standard_descriptors() < 0)
		return STATUS_FAILED;
	/* A peer or a pipe that is gone is an error of write(2) here. */
	signal(SIGPIPE, SIG_IGN);
	return talk_main(argc, argv);
}
