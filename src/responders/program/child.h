/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PROGRAM_CHILD_H
#define TLSD_RESPONDERS_PROGRAM_CHILD_H

/*
 * A program that runs as a child in its own session and process group. It inherits three
 * descriptors and nothing else. Signals have their defaults, it starts in /, its umask is 022,
 * and its limit of open files is the usual one. One thread at a time for each child.
 */

#include <stdbool.h>
#include <sys/types.h>

struct account;

struct child {
	pid_t pid;
	int fd; /* from pidfd_open(2): readable once the child has ended */
};

struct child_plan {
	char *const
	    *arguments; /* the first is the program's path; NULL ends the list */
	char *const *environment; /* NULL ends the list */
	const struct account *account; /* the account it runs as; NULL: the daemon's */
	int stream; /* becomes its standard input and output; must be above 2 */
	int complaints; /* becomes its standard error; must be above 2 */
};

/* True if this system has pidfd_open(2); false with errno. */
bool child_is_possible(void);

/* Starts the program. Returns 0, or -1 with errno, also for errors that only execve(2) finds.
 * After EMFILE and ENFILE the program has not begun. Any thread but the main thread. */
int child_start(struct child *child, const struct child_plan *plan);

/* Sends a signal to its process group. Call it before child_reap(), while the number is still
 * its own. */
void child_signal(const struct child *child, int number);

/*
 * Reaps the ended children of the calling thread that child_start() did not start. The kernel
 * gives orphans to the main thread of process 1. Any main thread also has the children from
 * before execve(2). Children of child_start() belong to the thread that called it, so never
 * call both in one thread.
 */
void child_reap_strays(void);

/* Waits for the end of the child and returns its status as of waitpid(2), without reaping it. */
int child_status(const struct child *child);

/* Waits for the end of the child, kills the rest of its process group, and reaps it. */
void child_reap(struct child *child);

#endif
