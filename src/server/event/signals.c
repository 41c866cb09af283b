/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signals that a server handles. */
#include "server/event/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "server/event/loop.h"

struct signals {
	struct watch watch;
	struct loop *loop;
	int fd;
	void (*take)(void *context, uint32_t signal);
	void *context;
};

static sigset_t
handled_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2,
		SIGPIPE, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		sigaddset(&set, numbers[i]);
	return set;
}

void
signals_block(void)
{
	sigset_t set = handled_signals();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void
on_signal(struct watch *watch, uint32_t events)
{
	const struct signals *signals = watch->holder;
	struct signalfd_siginfo info;

	(void)events;
	while (read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info)
		signals->take(signals->context, info.ssi_signo);
}

struct signals *
signals_open(
    struct loop *loop, void (*take)(void *context, uint32_t signal), void *context)
{
	sigset_t set = handled_signals();
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0)
		return NULL;
	struct signals *signals = memory_new(sizeof *signals);
	*signals = (struct signals){ .watch = { .ready = on_signal, .holder = signals },
		.loop = loop,
		.fd = fd,
		.take = take,
		.context = context };
	if (loop_add(loop, fd, EPOLLIN, &signals->watch) == 0)
		return signals;
	free(signals);
	file_close(fd);
	return NULL;
}

void
signals_close(struct signals *signals)
{
	if (signals == NULL)
		return;
	loop_remove(signals->loop, signals->fd, &signals->watch);
	close(signals->fd);
	free(signals);
}
