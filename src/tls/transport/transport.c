/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket with its buffers, its failure and the time that it has. */
#include "tls/transport/transport.h"

#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/memory/reserve.h"
#include "base/memory/shortage.h"
#include "base/net/socket.h"

int
transport_init(struct transport *transport)
{
	*transport = (struct transport){ .fd = -1 };
	transport->in.bytes = memory_pages(TRANSPORT_BUFFER_SIZE);
	transport->out.bytes = memory_pages(TRANSPORT_BUFFER_SIZE);
	if (transport->in.bytes != NULL && transport->out.bytes != NULL)
		return 0;
	transport_fini(transport);
	return -1;
}

void
transport_fini(struct transport *transport)
{
	free(transport->in.bytes);
	free(transport->out.bytes);
	transport->in.bytes = transport->out.bytes = NULL;
}

void
transport_attach(struct transport *transport, int fd, bool sliced)
{
	*transport = (struct transport){ .fd = fd,
		.sliced = sliced,
		.deadline = deadline_never(),
		.progress = { .idle_deadline = deadline_never() },
		.slice = timeslice_begin(&transport->slice),
		.in = { .bytes = transport->in.bytes },
		.out = { .bytes = transport->out.bytes } };
}

void
transport_count(struct transport *transport, struct traffic *traffic)
{
	transport->traffic = traffic;
}

void
transport_rest(struct transport *transport)
{
	if (transport->in.start == transport->in.end)
		memory_rest(transport->in.bytes, TRANSPORT_BUFFER_SIZE);
	if (transport->out.end == 0)
		memory_rest(transport->out.bytes, TRANSPORT_BUFFER_SIZE);
}

void
transport_tell(struct transport *transport, bool (*on_wait)(void *context),
    bool (*is_needed)(void *context), void *context)
{
	transport->slice.on_wait = on_wait;
	transport->slice.is_needed = is_needed;
	transport->slice.context = context;
}

void
transport_will_wait(struct transport *transport)
{
	timeslice_will_wait(&transport->slice);
}

bool
transport_has_waited(const struct transport *transport)
{
	return transport->slice.waited;
}

void
transport_set_deadline(
    struct transport *transport, struct deadline deadline, int64_t idle_ms)
{
	transport->deadline = deadline;
	progress_limit(&transport->progress, idle_ms);
}

struct deadline
transport_idle_end(const struct transport *transport)
{
	return deadline_earlier(
	    transport->deadline, deadline_in(transport->progress.idle_ms));
}

int
transport_fail(struct transport *transport, enum transport_failure failure, int error)
{
	if (transport->failure == TRANSPORT_FINE) {
		transport->failure = failure;
		transport->error = error;
	}
	errno = error;
	return -1;
}

int
transport_allow_wait(struct transport *transport)
{
	if (!shortage_is_noted() || !reserve_is_low())
		return 0;
	return transport_fail(transport, TRANSPORT_STARVED, ENOMEM);
}

struct deadline
transport_end_of_time(const struct transport *transport)
{
	return deadline_earlier(transport->deadline, transport->progress.idle_deadline);
}

/* True if the peer continued to read in the time without progress. */
static bool
still_takes(struct transport *transport)
{
	return !deadline_passed(transport->deadline) &&
	       socket_untaken(transport->fd) > 0 &&
	       progress_note_reach(&transport->progress, transport->fd);
}

bool
transport_is_late(struct transport *transport)
{
	return deadline_passed(transport_end_of_time(transport)) &&
	       !still_takes(transport);
}
