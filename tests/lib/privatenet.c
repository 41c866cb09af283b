/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/privatenet.h"

#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"

/* Sets the flags of the loopback device. Returns false if that fails. */
static bool
set_loopback(short flags)
{
	struct ifreq device = { .ifr_name = "lo", .ifr_flags = flags };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &device) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

bool
privatenet_enter(void)
{
	return unshare(CLONE_NEWNET) == 0 && set_loopback(IFF_UP | IFF_RUNNING);
}

void
privatenet_set(const char *name, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "/proc/sys/net/%s", name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, value, strlen(value)), (ssize_t)strlen(value));
	close(fd);
}

void
privatenet_unplug(void)
{
	ck_assert(set_loopback(0));
}

/* Tries it in a child, because a process cannot undo it. */
const char *
privatenet_lacks(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(privatenet_enter() ? 0 : 1);
	if (waitpid(pid, &status, 0) == pid && status == 0)
		return NULL;
	return "only root can have a network of its own";
}
