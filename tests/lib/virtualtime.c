/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock that advances while the code under test waits, by the linker's option --wrap. */
#include "lib/virtualtime.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000
#define US_PER_MS 1000

/* Limit of the virtual time of a test, in milliseconds; beyond it, the tested code
 * waits in vain. */
#define FOR_EVER_MS (3600 * 1000)

static _Atomic(bool) stopped;
static int64_t began_ns;
static _Atomic(int64_t) now_ns;
static int step_ms;
static void (*on_step)(void);

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_poll(struct pollfd *polls, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *polls, nfds_t count, int timeout_ms);
int __wrap___poll_chk(struct pollfd *polls, nfds_t count, int timeout_ms, size_t size);
ssize_t __real_recv(int fd, void *bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags);

void
virtualtime_start(int step, void (*function)(void))
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	began_ns = (int64_t)now.tv_sec * MS_PER_S * NS_PER_MS + now.tv_nsec;
	now_ns = began_ns;
	step_ms = step;
	on_step = function;
	stopped = true;
}

void
virtualtime_pass(int64_t ms)
{
	now_ns += ms * NS_PER_MS;
	ck_assert_int_lt(virtualtime_passed_ms(), FOR_EVER_MS);
}

int64_t
virtualtime_passed_ms(void)
{
	return (now_ns - began_ns) / NS_PER_MS;
}

void
virtualtime_end(void)
{
	stopped = false;
}

/* Advances by one step, or by `most_ms` if that is less and not negative. Returns the
 * step in ms. */
static int
take_step(int most_ms)
{
	int ms = most_ms >= 0 && most_ms < step_ms ? most_ms : step_ms;

	virtualtime_pass(ms);
	if (on_step != NULL)
		on_step();
	return ms;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!stopped || clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, now);
	int64_t ns = now_ns;
	now->tv_sec = ns / NS_PER_MS / MS_PER_S;
	now->tv_nsec = ns % ((int64_t)NS_PER_MS * MS_PER_S);
	return 0;
}

int
__wrap_poll(struct pollfd *polls, nfds_t count, int timeout_ms)
{
	int ready;

	if (!stopped)
		return __real_poll(polls, count, timeout_ms);
	while ((ready = __real_poll(polls, count, 0)) == 0 && timeout_ms != 0) {
		int ms = take_step(timeout_ms);
		if (timeout_ms > 0)
			timeout_ms -= ms;
	}
	return ready;
}

/* Is called for poll(2) in a build with _FORTIFY_SOURCE. */
int
__wrap___poll_chk(struct pollfd *polls, nfds_t count, int timeout_ms, size_t size)
{
	ck_assert_uint_le(count, size / sizeof *polls);
	return __wrap_poll(polls, count, timeout_ms);
}

static bool
is_blocking(int fd, int flags)
{
	return (flags & MSG_DONTWAIT) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

/* Returns the SO_RCVTIMEO of `fd` in milliseconds, or -1 if it is not set. */
static int
find_timeout(int fd)
{
	struct timeval limit;
	socklen_t size = sizeof limit;

	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &size), 0);
	int ms = (int)(limit.tv_sec * MS_PER_S + limit.tv_usec / US_PER_MS);
	return ms > 0 ? ms : -1;
}

ssize_t
__wrap_recv(int fd, void *bytes, size_t size, int flags)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	if (stopped && is_blocking(fd, flags) &&
	    __wrap_poll(&pollfd, 1, find_timeout(fd)) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return __real_recv(fd, bytes, size, flags);
}
