/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a stream socket ends. */
#include "base/socket.h"

#include <sys/socket.h>
#include <unistd.h>

void
socket_reset_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void
socket_reset(int fd)
{
	socket_reset_on_close(fd);
	close(fd);
}
