/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress that a peer makes. */
#include "tls/transport/progress.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/net/socket.h"

void
progress_limit(struct progress *progress, int64_t idle_ms)
{
	progress->idle_ms = idle_ms;
	progress->idle_deadline = deadline_in(idle_ms);
}

void
progress_note(struct progress *progress)
{
	progress->moved = true;
	if (progress->idle_ms > 0)
		progress->idle_deadline = deadline_in(progress->idle_ms);
}

/*
 * Returns how far the peer allows us to send, in bytes: for TCP up to the end of its window
 * (RFC 9293, 3.8.6), otherwise as far as it has read.
 */
static int64_t
find_reach(const struct progress *progress, int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	    size >= offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd)
		return (int64_t)info.tcpi_bytes_acked + info.tcpi_snd_wnd;
	return progress->sent - (int64_t)socket_untaken(fd);
}

bool
progress_note_reach(struct progress *progress, int fd)
{
	int64_t reach = find_reach(progress, fd);

	if (reach <= progress->reach)
		return false;
	progress->reach = reach;
	progress_note(progress);
	return true;
}

void
progress_note_sent(struct progress *progress, int fd, ssize_t n)
{
	progress->sent += n;
	if (progress->filled)
		progress_note_reach(progress, fd);
	else
		progress_note(progress);
}

void
progress_note_full(struct progress *progress, int fd)
{
	progress->filled = true;
	progress->reach = find_reach(progress, fd);
}

void
progress_note_silence(struct progress *progress, int fd)
{
	if (!progress->moved)
		return;
	progress->moved = false;
	progress->reach = find_reach(progress, fd);
}
