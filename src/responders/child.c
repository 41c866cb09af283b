/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting, signalling and reaping a child in a process of many threads. */
#include "responders/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shortage.h"
#include "responders/account.h"

#define USUAL_FILES 1024 /* more is a trap for programs that call select(2) */

static int
open_pid(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool
child_is_possible(void)
{
	int fd = open_pid(getpid());

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Signals as they are after a login. */
static void
reset_signals(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
limit_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > USUAL_FILES) {
		limit.rlim_cur = USUAL_FILES;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Lets no descriptor above the standard ones reach the program: the process that started tlsd may
 * have left some open. Only marks them, because the child may still have to write its report. */
static void
seal_descriptors(void)
{
	struct rlimit limit;

	/* Linux 5.11; before, one by one. */
	if (close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0 ||
	    getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	for (rlim_t fd = STDERR_FILENO + 1; fd < limit.rlim_cur; fd++)
		fcntl((int)fd, F_SETFD, FD_CLOEXEC);
}

/* Makes the child what the plan says; async-signal-safe. 0, or -1 with errno. */
static int
settle(const struct child_plan *plan)
{
	setsid();
	umask(022);
	seal_descriptors(); /* before the limit tells of fewer */
	limit_files();
	if (dup2(plan->stream, STDIN_FILENO) < 0 ||
	    dup2(plan->stream, STDOUT_FILENO) < 0 ||
	    dup2(plan->complaints, STDERR_FILENO) < 0 || chdir("/") < 0)
		return -1;
	return plan->account != NULL ? account_become(plan->account) : 0;
}

/* The child, which shares its memory with the parent, which stands still. */
static void __attribute__((noreturn)) become(const struct child_plan *plan, int report)
{
	if (settle(plan) == 0) {
		/* Last, so that a signal finds the program and not us. */
		reset_signals();
		execve(plan->arguments[0], plan->arguments, plan->environment);
	}
	int error = errno;
	if (write(report, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* What the child wrote before it gave up; 0 when its end of the pipe went by execve(2). */
static int
read_report(int fd)
{
	int error = 0;
	ssize_t n;

	do
		n = read(fd, &error, sizeof error);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof error ? error : 0;
}

/*
 * vfork(2), because fork(2) would copy the page tables of thousands of stacks. No signal may
 * come to the child while its memory is the parent's.
 */
static pid_t
spawn(const struct child_plan *plan, int report)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pid_t pid = vfork();
	if (pid == 0)
		become(plan, report); /* NOLINT(clang-analyzer-unix.Vfork) */
	int error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* The child runs, or is about to tell why not. Closes `report`. */
static int
adopt(struct child *child, int report)
{
	int error = read_report(report);

	close(report);
	if (error == 0) {
		child->fd = open_pid(child->pid);
		if (child->fd >= 0)
			return 0;
		error = shortage_is_of_descriptors(errno) ? EAGAIN : errno;
		child_signal(child, SIGKILL);
	}
	waitpid(child->pid, NULL, 0);
	errno = error;
	return -1;
}

int
child_start(struct child *child, const struct child_plan *plan)
{
	int report[2];

	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	*child = (struct child){ .pid = spawn(plan, report[1]), .fd = -1 };
	int error = errno;
	close(report[1]);
	if (child->pid >= 0)
		return adopt(child, report[0]);
	close(report[0]);
	errno = error;
	return -1;
}

void
child_signal(const struct child *child, int number)
{
	kill(-child->pid, number);
}

void
child_reap_strays(void)
{
	while (waitpid(-1, NULL, WNOHANG | __WNOTHREAD) > 0)
		;
}

int
child_status(const struct child *child)
{
	siginfo_t info = { 0 };

	while (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		;
	return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0)
	                                  : W_EXITCODE(0, info.si_status);
}

void
child_reap(struct child *child)
{
	/* Until waitpid(2) the number cannot be anybody else's. */
	child_status(child);
	child_signal(child, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->fd);
	*child = (struct child){ .pid = -1, .fd = -1 };
}
