/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echoes in plaintext. */
#include "lib/repeater.h"

#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/peer.h"
#include "lib/suite.h"

#define BACKLOG 128

static void *
repeat(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char bytes[256];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void *
repeat_all(void *argument)
{
	const struct repeater *repeater = argument;
	pthread_t thread;
	int fd;

	while ((fd = accept(repeater->listener, NULL, NULL)) >= 0) {
		ck_assert_int_eq(
		    pthread_create(&thread, NULL, repeat, (void *)(intptr_t)fd), 0);
		pthread_detach(thread);
	}
	return NULL;
}

void
repeater_open(struct repeater *repeater, const char *path)
{
	repeater->listener = peer_listen_path(path, BACKLOG);
	ck_assert_int_eq(
	    pthread_create(&repeater->thread, NULL, repeat_all, repeater), 0);
}

void
repeater_close(struct repeater *repeater)
{
	pthread_cancel(repeater->thread);
	pthread_join(repeater->thread, NULL);
	close(repeater->listener);
}
