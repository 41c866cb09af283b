/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options and the end of a stream socket. */
#include "base/net/socket.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void
socket_keep_alive(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){ 1 }, sizeof(int));
}

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

size_t
socket_untaken(int fd)
{
	int bytes = 0;

	ioctl(fd, SIOCOUTQ, &bytes);
	return (size_t)bytes;
}

size_t
socket_unacknowledged_max(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 ||
	    size < offsetof(struct tcp_info, tcpi_snd_mss) + sizeof info.tcpi_snd_mss)
		return 0;
	return 2 * (size_t)info.tcpi_snd_mss;
}
