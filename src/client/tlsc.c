/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client program: sets up the process and runs the command. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/text/resemblance.h"
#include "client/bench/bench.h"
#include "client/check/check.h"
#include "client/explain/explain.h"
#include "client/options/options.h"
#include "client/options/say.h"
#include "client/options/exitstatus.h"
#include "client/connection/talk.h"

/*
 * Opens /dev/null for standard descriptors that the caller has closed: a socket with such a
 * number would be read and written instead. It is read-only, so that losing an answer is an
 * error.
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

/* The first word that is not an option may be a command. Without one, tlsc talks to a server. */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv begins with the command */
} commands[] = {
	{ "bench", bench_main },
	{ "check", check_main },
	{ "explain", explain_main },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* Suggests a command for a word that is not a target, if other words follow it. */
static bool
report_misspelt_command(int argc, char **argv, int operand)
{
	if (operand + 1 >= argc || strpbrk(argv[operand], ":/") != NULL)
		return false;
	struct resemblance resemblance = resemblance_to(argv[operand]);
	for (size_t i = 0; i < COMMANDS; i++)
		resemblance_try(&resemblance, commands[i].name);
	if (resemblance.nearest != NULL)
		say(argv[operand], "unknown command: did you mean %s?",
		    resemblance.nearest);
	return resemblance.nearest != NULL;
}

static int
run_command(int argc, char **argv)
{
	int operand = options_find_operand(argc, argv);
	const struct command *command =
	    operand < argc ? find_command(argv[operand]) : NULL;

	if (command == NULL)
		return report_misspelt_command(argc, argv, operand)
		           ? EXITSTATUS_USAGE
		           : talk_main(argc, argv);
	/* The options before the command belong to it too. */
	char *name = argv[operand];
	memmove(argv + 2, argv + 1, (size_t)(operand - 1) * sizeof *argv);
	argv[1] = name;
	return command->run(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	if (fill_standard_descriptors() < 0)
		return EXITSTATUS_FAILED;
	/* A closed peer or pipe is an error of write(2) here. */
	signal(SIGPIPE, SIG_IGN);
	return run_command(argc, argv);
}
