/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Becoming a daemon. */
#include "server/process/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file/descriptors.h"

/* Waits in the parent for the status byte, 0 for "ready". Without one, the daemon has ended
 * before it could send it. */
static enum daemon_side
wait_for_daemon(struct daemon *daemon, int fd, pid_t first)
{
	char byte;
	ssize_t n;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	close(fd);
	waitpid(first, NULL, 0);
	daemon->status = n == 1 ? byte : EXIT_FAILURE;
	return n == 1 ? DAEMON_PARENT : DAEMON_LOST;
}

/* Sends the status. A parent that was killed meanwhile does not matter. */
static void
send_status(struct daemon *daemon, char status)
{
	if (write(daemon->ready_fd, &status, 1) < 0)
		errno = 0;
	close(daemon->ready_fd);
	daemon->ready_fd = -1;
}

/* Forks again, in the process that leads the session. So no terminal that is opened later becomes
 * the controlling one. */
static enum daemon_side
fork_again(struct daemon *daemon)
{
	pid_t second = fork();

	if (second > 0)
		_exit(EXIT_SUCCESS);
	if (second == 0) {
		/* Close the descriptors that the starting process had open. */
		descriptors_close_except(daemon->ready_fd);
		return DAEMON_CHILD;
	}
	int saved = errno;
	send_status(daemon, EXIT_FAILURE);
	errno = saved;
	return DAEMON_FAILED;
}

enum daemon_side
daemon_fork(struct daemon *daemon)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return DAEMON_FAILED;
	pid_t first = fork();
	if (first < 0) {
		close(ends[0]);
		close(ends[1]);
		return DAEMON_FAILED;
	}
	if (first > 0) {
		close(ends[1]);
		return wait_for_daemon(daemon, ends[0], first);
	}
	close(ends[0]);
	daemon->ready_fd = ends[1];
	setsid();
	return fork_again(daemon);
}

void
daemon_ready(struct daemon *daemon)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (chdir("/") == 0)
		send_status(daemon, EXIT_SUCCESS);
}

void
daemon_failed(struct daemon *daemon, int status)
{
	send_status(daemon, (char)status);
}
