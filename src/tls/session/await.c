/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for a session's client and others. */
#include "tls/session/await.h"

#include <poll.h>

#include "tls/session/appdata.h"
#include "tls/session/libcall.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/pause.h"
#include "tls/transport/pollwait.h"
#include "tls/transport/transport.h"

/* Records why the wait failed in the transport. */
static int
fail_waiting(struct session *session)
{
	const struct transport *transport = session->transport;

	if (transport->failure != TRANSPORT_TIMED_OUT_READING)
		return libcall_fail_transport(session);
	return session_fail(session, FAILURE_IDLE_TIMEOUT, "%s",
	    deadline_passed(transport->deadline)
		? "the connection reached its longest lifetime"
		: "neither side sent anything in time");
}

int
session_await(struct session *session, short events, struct pollfd *others,
    size_t count, struct deadline until)
{
	bool at_hand = (events & POLLIN) != 0 && session_has_input(session);

	if (session->fault.failure != FAILURE_NONE)
		return -1;
	if (at_hand)
		until = (struct deadline){ .at_ns = 0 };
	int ready = transport_wait(session->transport, events, others, count, until);
	if (ready < 0)
		return transport_is_parked(session->transport) ? SESSION_PARKED
		                                               : fail_waiting(session);
	return at_hand || (events & POLLIN && ready != 0) ? POLLIN : 0;
}

int
session_await_others(
    struct session *session, struct pollfd *others, size_t count, struct deadline until)
{
	return transport_wait_for_others(session->transport, others, count, until) == 0
	           ? 0
	           : SESSION_PARKED;
}

struct deadline
session_idle_end(const struct session *session)
{
	return transport_idle_end(session->transport);
}

void
session_rest(struct session *session)
{
	transport_rest(session->transport);
}
