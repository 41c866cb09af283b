/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's epoll loop. */
#include "server/event/loop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory/memory.h"

#define BATCH 256

struct loop {
	int epoll, wake;
	_Atomic(bool) woken; /* the wake descriptor is ready */
	struct watch wake_watch;
	struct epoll_event events[BATCH];
	int count, next; /* the events of this turn that are still to be handled */
};

static void
calm_down(struct watch *watch, uint32_t events)
{
	struct loop *loop = watch->holder;
	uint64_t count;

	(void)events;
	/* Clear the flag first. A wake in between is then repeated, not lost. */
	atomic_store(&loop->woken, false);
	if (read(loop->wake, &count, sizeof count) < 0)
		return;
}

struct loop *
loop_new(void)
{
	struct loop *loop = memory_new(sizeof *loop);

	loop->wake_watch = (struct watch){ .ready = calm_down, .holder = loop };
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->epoll >= 0 && loop->wake >= 0 &&
	    loop_add(loop, loop->wake, EPOLLIN, &loop->wake_watch) == 0)
		return loop;
	loop_free(loop);
	return NULL;
}

void
loop_free(struct loop *loop)
{
	int saved = errno;

	if (loop == NULL)
		return;
	if (loop->epoll >= 0)
		close(loop->epoll);
	if (loop->wake >= 0)
		close(loop->wake);
	free(loop);
	errno = saved;
}

int
loop_add(struct loop *loop, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

void
loop_change(struct loop *loop, int fd, uint32_t events, struct watch *watch)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
}

void
loop_remove(struct loop *loop, int fd, const struct watch *watch)
{
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
	for (int i = loop->next; i < loop->count; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
}

void
loop_turn(struct loop *loop, struct deadline deadline)
{
	int count =
	    epoll_wait(loop->epoll, loop->events, BATCH, deadline_left_ms(deadline));

	loop->count = count > 0 ? count : 0;
	for (loop->next = 0; loop->next < loop->count;) {
		struct epoll_event *event = &loop->events[loop->next++];
		struct watch *watch = event->data.ptr;
		if (watch != NULL)
			watch->ready(watch, event->events);
	}
}

void
loop_wake(struct loop *loop)
{
	const uint64_t one = 1;

	if (atomic_exchange(&loop->woken, true))
		return;
	/* It can only fail if it is full, and then it is ready. */
	if (write(loop->wake, &one, sizeof one) < 0)
		return;
}
