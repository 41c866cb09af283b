/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket activation. */
#include "server/accept/activation.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "server/accept/listener.h"

#define FIRST (STDERR_FILENO + 1)

struct passed {
	int fd; /* -1 once taken */
	char *name; /* of the socket unit */
};

struct activation {
	struct passed *items;
	size_t count;
};

/* Returns how many sockets are meant for this process. */
static int
count_sockets(void)
{
	const char *pid_text = getenv("LISTEN_PID"), *text = getenv("LISTEN_FDS");
	int64_t pid, count;

	if (pid_text == NULL || text == NULL ||
	    text_parse_number(pid_text, 1, INT_MAX, &pid) < 0 || pid != getpid() ||
	    text_parse_number(text, 1, INT_MAX - FIRST, &count) < 0)
		return 0;
	return (int)count;
}

static void
add_descriptor(struct activation *activation, int fd, const char *name, size_t length)
{
	activation->items = memory_resize(
	    activation->items, (activation->count + 1) * sizeof *activation->items);
	activation->items[activation->count++] = (struct passed){ .fd = fd,
		.name = length > 0 ? memory_format("%.*s", (int)length, name)
		                   : memory_format("descriptor %d", fd) };
}

struct activation *
activation_begin(void)
{
	struct activation *activation = NULL;
	const char *name = getenv("LISTEN_FDNAMES");
	int end = FIRST + count_sockets();

	for (int fd = FIRST; fd < end && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; fd++) {
		size_t length = name != NULL ? strcspn(name, ":") : 0;
		if (activation == NULL)
			activation = memory_new(sizeof *activation);
		add_descriptor(activation, fd, name, length);
		if (name != NULL)
			name += length + (name[length] == ':');
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return activation;
}

int
activation_take(struct activation *activation, const struct address *address)
{
	for (size_t i = 0; activation != NULL && i < activation->count; i++) {
		struct passed *item = &activation->items[i];
		if (item->fd >= 0 && listener_is_at(item->fd, address)) {
			int fd = item->fd;
			item->fd = -1;
			return fd;
		}
	}
	return -1;
}

/* Warns that `item`, which listens at `address`, was not taken, and names the remedy. */
static void
warn_of_address(
    const struct passed *item, const struct address *address, struct findings *findings)
{
	char text[ADDRESS_TEXT_SIZE];

	findings_warning(findings, "socket activation: %s: %s: closed: %s", item->name,
	    address_format(address, text),
	    listener_takes_both(item->fd)
		? "accepts IPv4 too: set BindIPv6Only=ipv6-only"
		: "no service listens there: add it to listen");
}

static void
warn_about(const struct passed *item, struct findings *findings)
{
	struct address address = { .length = sizeof address.storage };
	int listens = 0;
	socklen_t size = sizeof listens;

	getsockname(item->fd, (struct sockaddr *)&address.storage, &address.length);
	getsockopt(item->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
	int family = address_family(&address);
	if (listens && (family == AF_INET || family == AF_INET6 || family == AF_UNIX))
		warn_of_address(item, &address, findings);
	else
		findings_warning(findings,
		    "socket activation: %s: closed: does not listen: set ListenStream "
		    "and Accept=no",
		    item->name);
}

void
activation_end(struct activation *activation, struct findings *findings)
{
	if (activation == NULL)
		return;
	for (size_t i = 0; i < activation->count; i++) {
		const struct passed *item = &activation->items[i];
		if (item->fd >= 0) {
			warn_about(item, findings);
			close(item->fd);
		}
		free(item->name);
	}
	free(activation->items);
	free(activation);
}
