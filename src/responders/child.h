/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_CHILD_H
#define TLSD_RESPONDERS_CHILD_H

/*
 * A program that runs as a child in a session and a process group of its own. It inherits three
 * descriptors and nothing else: signals are as usual, it starts in /, its umask is 022, and its
 * limit of open files is the usual one. One thread at a time for each child.
 */

#include <stdbool.h>
#include <sys/types.h>

struct account;

struct child {
	pid_t pid;
	int fd; /* pidfd_open(2): readable once it has ended */
};

struct child_plan {
	char *const
	    *arguments; /* the first one is the program's path; NULL behind the last */
	char *const *environment; /* likewise */
	const struct account *account; /* whom it runs as; NULL for whoever we are */
	int stream; /* becomes its standard input and output; neither is one of these three */
	int complaints; /* becomes its standard error */
};

/* Whether this system has what is needed; false with errno. */
bool child_is_possible(void);

/* Starts it. 0, or -1 with errno, also for what only execve(2) finds; EMFILE and ENFILE mean that
 * it has not begun. Any thread but the main one. */
int child_start(struct child *child, const struct child_plan *plan);

/* Sends a signal to its process group; before child_reap(), when the number is its still. */
void child_signal(const struct child *child, int number);

/* Reaps the processes that have become children of the calling thread without child_start(), and
 * have ended. The kernel gives orphans to the main thread of process 1; that of any process has
 * the children from before execve(2). Those of child_start() belong to the threads that called
 * it, so never call that in the same thread. */
void child_reap_strays(void);

/* How it ended, as waitpid(2) tells, leaving it to be asked again; waits for the end. */
int child_status(const struct child *child);

/* Waits for its end, kills what is left of its process group, and forgets it. */
void child_reap(struct child *child);

#endif
