/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connecting to a target, address by address. */
#include "client/connection/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "client/options/target.h"

#define RETRY_MS 20

/* Waits until a pending connection is made. Returns 0, or -1 with errno. */
static int
await_connection(int fd, struct deadline deadline)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof errno;
	int n, error;

	do
		n = poll(&pollfd, 1, deadline_left_ms(deadline));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	if (n <= 0)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
dial_connect(
    int fd, const struct address *address, struct deadline deadline, int retry_ms)
{
	for (;;) {
		const struct sockaddr *to = (const struct sockaddr *)&address->storage;

		if (connect(fd, to, address->length) == 0)
			return 0;
		if (errno == EINPROGRESS || errno == EINTR)
			return await_connection(fd, deadline);
		/* The backlog of a Unix-domain socket is full: poll(2) does not tell when it
		 * has room. */
		if (errno != EAGAIN)
			return -1;
		if (deadline_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		poll(NULL, 0, retry_ms);
	}
}

/* Makes the socket blocking, which the transport needs, and sends small records at once. */
static int
prepare_socket(int fd, int family)
{
	int yes = 1;
	int flags = fcntl(fd, F_GETFL);

	if (family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int
dial_address(
    const struct address *address, struct deadline deadline, struct findings *attempts)
{
	char text[ADDRESS_TEXT_SIZE];
	int family = address_family(address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && dial_connect(fd, address, deadline, RETRY_MS) == 0 &&
	    prepare_socket(fd, family) == 0)
		return fd;
	int error = errno;
	address_format(address, text);
	errno = error;
	findings_warning(attempts, "%s: %m%s", text,
	    error == ECONNREFUSED ? ": start the server there, or correct the address"
				  : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
take_path(const char *path, struct address *address)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strncpy(un.sun_path, path, sizeof un.sun_path - 1);
	memset(address, 0, sizeof *address);
	memcpy(&address->storage, &un, sizeof un);
	address->length = sizeof un;
}

static struct addrinfo *
resolve_target(const struct target *target, struct findings *attempts)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICSERV,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int code = getaddrinfo(target->host, target->port, &hints, &list);

	if (code == 0)
		return list;
	if (code == EAI_SYSTEM)
		findings_warning(attempts, "cannot resolve \"%s\": %m", target->host);
	else
		findings_warning(attempts, "cannot resolve \"%s\": %s", target->host,
		    gai_strerror(code));
	return NULL;
}

/* Returns a share of the time, so that a silent address leaves time for the addresses after it. */
static struct deadline
share_time(struct deadline deadline, int among)
{
	int left = deadline_left_ms(deadline);

	if (left <= among)
		return deadline;
	return deadline_earlier(deadline, deadline_in(left / among));
}

size_t
dial_resolve(const struct target *target, struct address *addresses, size_t max,
    struct findings *attempts)
{
	size_t n = 0;

	if (target->path != NULL) {
		take_path(target->path, addresses);
		return 1;
	}
	struct addrinfo *list = resolve_target(target, attempts);
	for (const struct addrinfo *ai = list; n < max && ai != NULL;
	     ai = ai->ai_next) {
		memset(&addresses[n], 0, sizeof addresses[n]);
		memcpy(&addresses[n].storage, ai->ai_addr, ai->ai_addrlen);
		addresses[n++].length = ai->ai_addrlen;
	}
	if (list != NULL)
		freeaddrinfo(list);
	return n;
}

int
dial(const struct target *target, struct deadline deadline, struct address *reached,
    struct findings *attempts)
{
	struct address addresses[DIAL_MAX];
	size_t n = dial_resolve(target, addresses, DIAL_MAX, attempts);
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < n; i++) {
		*reached = addresses[i];
		fd =
		    dial_address(reached, share_time(deadline, (int)(n - i)), attempts);
	}
	return fd;
}
