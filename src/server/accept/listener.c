/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets. */
#include "server/accept/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "tls/transport/timeslice.h"

/* How long the kernel keeps a connection without any bytes, at least. It only helps: after that,
 * the kernel hands the connection over, and hello-timeout counts. */
#define DEFER_SECONDS 1

static int
set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value);
}

/* Sets the options, which accepted TCP sockets inherit; this saves the calls for each
 * connection. */
static void
set_tcp_options(int fd)
{
	struct timeval slice = { .tv_sec = TIMESLICE_MS / 1000,
		.tv_usec = TIMESLICE_MS % 1000 * 1000 };

	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, DEFER_SECONDS);
	socket_keep_alive(fd);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
}

static int
connect_to(const struct address *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	int result =
	    connect(fd, (const struct sockaddr *)&address->storage, address->length);
	file_close(fd);
	return result;
}

/* Removes the socket of a killed process: one where nothing answers. connect(2) fails in the same
 * way at an ordinary file, which is not ours to remove. Returns 0, or -1 with errno. */
static int
remove_stale(const struct address *address)
{
	struct stat st;

	if (lstat(address_path(address), &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (connect_to(address) < 0 && errno == ECONNREFUSED)
		unlink(address_path(address));
	return 0;
}

static int
open_unbound(const struct address *address)
{
	int family = address_family(address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (family != AF_UNIX)
		set_tcp_options(fd);
	if (family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return fd;
}

/* Binds so that the file of a Unix-domain socket never has more rights than `mode`. */
static int
bind_to(int fd, const struct address *address, mode_t mode)
{
	mode_t mask = umask(~mode & 0777);
	int result =
	    bind(fd, (const struct sockaddr *)&address->storage, address->length);

	umask(mask);
	return result;
}

static int
open_socket(const struct address *address, mode_t mode, int backlog)
{
	int fd = open_unbound(address);

	if (fd < 0)
		return -1;
	if (bind_to(fd, address, mode) == 0 && listen(fd, backlog) == 0)
		return fd;
	file_close(fd);
	return -1;
}

static struct listener *
listener_of(int fd, const struct address *address)
{
	struct listener *listener = memory_new(sizeof *listener);

	listener->fd = fd;
	listener->address = *address;
	return listener;
}

struct listener *
listener_open(const struct address *address, mode_t mode, int backlog)
{
	if (address_family(address) == AF_UNIX && remove_stale(address) < 0)
		return NULL;
	int fd = open_socket(address, mode, backlog);
	return fd < 0 ? NULL : listener_of(fd, address);
}

/* Binds to any port of `address`. The second bind(2) cannot succeed, but first it checks whether
 * this process may have the port. */
static int
try_port(const struct address *address)
{
	struct address any = *address;
	int fd = open_unbound(address);

	if (fd < 0)
		return -1;
	/* The port is at the same place in both families. */
	((struct sockaddr_in *)&any.storage)->sin_port = 0;
	int error = 0;
	if (bind(fd, (const struct sockaddr *)&any.storage, any.length) < 0)
		error = errno;
	else if (bind(fd, (const struct sockaddr *)&address->storage, address->length) <
		     0 &&
		 errno == EACCES)
		error = errno;
	close(fd);
	errno = error;
	return error == 0 ? 0 : -1;
}

/* Checks whether the socket file could be made, perhaps instead of a stale one. */
static int
try_path(const struct address *address)
{
	struct stat st;

	if (lstat(address_path(address), &st) == 0 && !S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	char *copy = memory_copy(address_path(address));
	int result = access(dirname(copy), W_OK | X_OK);
	free(copy);
	return result;
}

int
listener_try(const struct address *address)
{
	return address_family(address) == AF_UNIX ? try_path(address)
	                                          : try_port(address);
}

bool
listener_lacks_ipv6(const struct address *address, int error)
{
	struct address loopback = { .length = sizeof(struct sockaddr_in6) };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&loopback.storage;

	if (address_family(address) != AF_INET6)
		return false;
	/* If IPv6 is disabled on all interfaces, even ::1 is missing. */
	in6->sin6_family = AF_INET6;
	in6->sin6_addr = in6addr_loopback;
	return error == EAFNOSUPPORT ||
	       (error == EADDRNOTAVAIL && try_port(&loopback) < 0);
}

static bool
has_option(int fd, int option, int expected)
{
	int value;
	socklen_t size = sizeof value;

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 &&
	       value == expected;
}

static bool
has_same_host(const struct address *a, const struct address *b)
{
	char left[ADDRESS_TEXT_SIZE], right[ADDRESS_TEXT_SIZE];

	if (address_family(a) == AF_UNIX)
		return strcmp(address_path(a), address_path(b)) == 0;
	return strcmp(address_host(a, left), address_host(b, right)) == 0;
}

bool
listener_takes_both(int fd)
{
	struct address actual = { .length = sizeof actual.storage };
	int only;
	socklen_t size = sizeof only;

	return getsockname(fd, (struct sockaddr *)&actual.storage, &actual.length) ==
	           0 &&
	       address_family(&actual) == AF_INET6 &&
	       getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0 &&
	       only == 0;
}

bool
listener_is_at(int fd, const struct address *address)
{
	struct address actual = { .length = sizeof actual.storage };

	if (!has_option(fd, SO_ACCEPTCONN, 1) ||
	    !has_option(fd, SO_TYPE, SOCK_STREAM) ||
	    getsockname(fd, (struct sockaddr *)&actual.storage, &actual.length) < 0)
		return false;
	return address_family(&actual) == address_family(address) &&
	       !listener_takes_both(fd) && has_same_host(&actual, address) &&
	       (address_port(address) == 0 ||
		   address_port(address) == address_port(&actual));
}

struct listener *
listener_adopt(int fd, const struct address *address, int backlog)
{
	if (!listener_is_at(fd, address)) {
		errno = EADDRNOTAVAIL;
		return NULL;
	}
	if (address_family(address) != AF_UNIX)
		set_tcp_options(fd);
	/* Called again because the backlog may have changed, and because the kernel tells the
	 * client of a Unix-domain socket which process called listen() last. A socket of the
	 * service manager may be a blocking one. */
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || listen(fd, backlog) < 0)
		return NULL;
	struct listener *listener = listener_of(fd, address);
	listener->lent = true;
	return listener;
}

char *
listener_name(const struct address *address, bool passed, char out[LISTENER_NAME_SIZE])
{
	const char *word = passed ? "passed" : "listen";
	const struct sockaddr_in6 *in6 = (const void *)&address->storage;
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, text);
	if (address_family(address) == AF_INET6 && in6->sin6_scope_id != 0)
		snprintf(out, LISTENER_NAME_SIZE, "%s %s%%%u", word, text,
		    (unsigned)in6->sin6_scope_id);
	else if (address_family(address) == AF_UNIX)
		snprintf(
		    out, LISTENER_NAME_SIZE, "%s unix:%s", word, address_path(address));
	else
		snprintf(out, LISTENER_NAME_SIZE, "%s %s", word, text);
	return out;
}

void
listener_close(struct listener *listener)
{
	if (listener == NULL)
		return;
	close(listener->fd);
	if (!listener->lent && !listener->passed &&
	    address_family(&listener->address) == AF_UNIX)
		unlink(address_path(&listener->address));
	free(listener);
}

int
listener_accept(const struct listener *listener, struct address *peer)
{
	peer->length = sizeof peer->storage;
	int fd = accept4(listener->fd, (struct sockaddr *)&peer->storage, &peer->length,
	    SOCK_CLOEXEC);
	/* The address of an unnamed Unix-domain peer has only its family, or less. */
	if (address_family(&listener->address) == AF_UNIX)
		peer->storage.ss_family = AF_UNIX;
	return fd;
}

bool
listener_is_usual(int error)
{
	return error == EAGAIN || error == ECONNABORTED || error == EINTR;
}

char *
listener_format(const struct listener *listener, char out[ADDRESS_TEXT_SIZE])
{
	struct address actual = { .length = sizeof actual.storage };

	if (getsockname(
		listener->fd, (struct sockaddr *)&actual.storage, &actual.length) < 0)
		actual = listener->address;
	return address_format(&actual, out);
}
