/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes descriptors between processes. */
#include "base/net/fdpassing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Room for one descriptor, aligned as the kernel requires. */
union room {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int
fdpassing_send(int socket, char *line, int fd)
{
	struct iovec text = { .iov_base = line, .iov_len = strlen(line) };
	union room room = { 0 };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = room.bytes,
		.msg_controllen = sizeof room.bytes };
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(rights), &fd, sizeof fd);
	ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0 && (size_t)sent < text.iov_len)
		errno = EMSGSIZE;
	return sent == (ssize_t)text.iov_len ? 0 : -1;
}

ssize_t
fdpassing_receive(int socket, char *buffer, size_t size, int *fd)
{
	struct iovec text = { .iov_base = buffer, .iov_len = size };
	union room room = { 0 };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = room.bytes,
		.msg_controllen = sizeof room.bytes };
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	const struct cmsghdr *rights = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (rights != NULL && rights->cmsg_level == SOL_SOCKET &&
	    rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(rights), sizeof *fd);
	return n;
}
