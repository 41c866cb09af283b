/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/privatenet.h"

#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool
privatenet_enter(void)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	if (unshare(CLONE_NEWNET) < 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &up) == 0;
	if (fd >= 0)
		close(fd);
	return done;
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
