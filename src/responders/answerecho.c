/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer that repeats the client's bytes. */
#include "responders/answerecho.h"

#include <errno.h>
#include <poll.h>

#include "tls/session/appdata.h"
#include "tls/session/await.h"
#include "tls/session/closure.h"
#include "tls/session/session.h"

#define PIECE_SIZE 16384 /* bytes, as a record holds: RFC 8446, 5.1 */

/* Returns a placeholder, because there is nothing to prepare. */
static void *
prepare_echo(const struct responder_settings *settings, struct findings *findings)
{
	static char nothing;

	(void)settings;
	(void)findings;
	return &nothing;
}

enum outcome { GO_ON, ENDED, FAILED };

/* Sends back the received bytes, as far as it can without waiting. */
static enum outcome
return_bytes(struct session *session)
{
	char piece[PIECE_SIZE];

	do {
		ssize_t n = session_try_read(session, piece, sizeof piece);
		if (n < 0)
			return errno == EAGAIN ? GO_ON : FAILED;
		if (n == 0)
			return ENDED;
		if (session_write(session, piece, (size_t)n) < 0)
			return FAILED;
	} while (session_has_input(session) && session_room(session) > 0);
	return GO_ON;
}

static int
answer_echo(const void *prepared, struct session *session, struct cursor *cursor)
{
	enum outcome outcome = GO_ON;
	struct pollfd nobody = { .fd = -1 };

	(void)prepared;
	(void)cursor;
	while (outcome == GO_ON) {
		if (session_try_flush(session) < 0)
			return -1;
		short events = session_room(session) > 0 ? POLLIN : 0;
		int ready =
		    session_await(session, events, &nobody, 1, deadline_never());
		if (ready < 0 || ready == SESSION_PARKED)
			return ready;
		if (ready & POLLIN)
			outcome = return_bytes(session);
	}
	return outcome == ENDED || session_excuse(session) ? 0 : -1;
}

static void
release_echo(void *prepared)
{
	(void)prepared;
}

const struct responder_kind responder_echo = { .name = "echo",
	.prepare = prepare_echo,
	.answer = answer_echo,
	.release = release_echo };
