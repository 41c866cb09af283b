/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client program: the state of the process, and then what it was called for. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/bench.h"
#include "client/check.h"
#include "client/explain.h"
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

/* The first word may be a command. Without one, tlsc talks to a server. */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv begins with the command */
} commands[] = {
	{ "bench", bench_main },
	{ "check", check_main },
	{ "explain", explain_main },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static int
run(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return talk_main(argc, argv);
}

int
main(int argc, char **argv)
{
	if (fill_standard_descriptors() < 0)
		return STATUS_FAILED;
	/* A peer or a pipe that is gone is an error of write(2) here. */
	signal(SIGPIPE, SIG_IGN);
	return run(argc, argv);
}
