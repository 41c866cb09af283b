/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting, signalling and reaping a child in a multithreaded process. */
#include "responders/program/child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file/descriptors.h"
#include "base/memory/shortage.h"
#include "responders/program/account.h"

#define USUAL_FILES 1024 /* a higher limit breaks programs that call select(2) */

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

/* Sets signals as they are after a login. */
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

/*
 * Sets up the child as the plan says. Async-signal-safe. Returns 0, or -1 with errno. Closes all
 * other descriptors at once, because execve(2) may take long: the clients of connections that the
 * server closes meanwhile would not notice. `report` is closed by execve(2).
 */
static int
set_up_child(const struct child_plan *plan, int report)
{
	setsid();
	umask(022);
	if (dup2(plan->stream, STDIN_FILENO) < 0 ||
	    dup2(plan->stream, STDOUT_FILENO) < 0 ||
	    dup2(plan->complaints, STDERR_FILENO) < 0 || chdir("/") < 0)
		return -1;
	descriptors_close_except(report); /* before the limit is lowered */
	limit_files();
	return plan->account != NULL ? account_become(plan->account) : 0;
}

/* Runs in the child. It shares its memory with the parent, which stands still. */
static void __attribute__((noreturn)) become(const struct child_plan *plan, int report)
{
	if (set_up_child(plan, report) == 0) {
		/* Last, so that a signal reaches the program and not this code. */
		reset_signals();
		execve(plan->arguments[0], plan->arguments, plan->environment);
	}
	int error = errno;
	if (write(report, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* Returns the error that the child reported, or 0 if execve(2) has closed its end of the pipe. */
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
 * Uses vfork(2), because fork(2) would copy the page tables of thousands of stacks. Signals are
 * blocked while the child uses the parent's memory.
 */
static pid_t
spawn_child(const struct child_plan *plan, int report)
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

/* Reads the child's report and opens its pidfd. Closes `report`. */
static int
adopt_child(struct child *child, int report)
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
	*child = (struct child){ .pid = spawn_child(plan, report[1]), .fd = -1 };
	int error = errno;
	close(report[1]);
	if (child->pid >= 0)
		return adopt_child(child, report[0]);
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
	/* Until waitpid(2) the number cannot belong to another process. */
	child_status(child);
	child_signal(child, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->fd);
	*child = (struct child){ .pid = -1, .fd = -1 };
}
