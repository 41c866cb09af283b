/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for descriptors. */
#include "responders/fdwait.h"

#include <errno.h>
#include <poll.h>

#include "base/deadline.h"
#include "base/memory/shortage.h"
#include "responders/kind.h"
#include "tls/session/appdata.h"
#include "tls/session/await.h"
#include "tls/session/session.h"

#define PAUSE_MS 20
#define WANTS_MAX 150

int
fdwait_descriptors(struct session *session, struct cursor *cursor, int error)
{
	struct pollfd nothing = { .fd = -1 };
	int result = -1;

	if (shortage_is_of_descriptors(error) && cursor->wanted++ < WANTS_MAX &&
	    session_try_flush(session) == 0)
		result = session_await(session, 0, &nothing, 1, deadline_in(PAUSE_MS));
	cursor->wants = result == SESSION_PARKED;
	errno = error;
	return result;
}
