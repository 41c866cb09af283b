/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer that is a file. */
#include "responders/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/file.h"
#include "base/findings.h"
#include "base/memory.h"
#include "responders/want.h"
#include "tls/session.h"

#define PIECE_SIZE 16384 /* what a record holds: RFC 8446, 5.1 */

static void *
prepare(const struct responder_settings *settings, struct findings *findings)
{
	if (settings->file[0] == '\0') {
		findings_error(
		    findings, "file: respond = file needs the path of a file");
		return NULL;
	}
	int fd = file_open(settings->file);
	if (fd < 0) {
		findings_error(findings,
		    "file: %s: %s: a readable regular file is needed", settings->file,
		    strerrordesc_np(errno));
		return NULL;
	}
	close(fd);
	return memory_copy(settings->file);
}

static int
fail(struct session *session, const char *path)
{
	return session_fail(
	    session, FAILURE_INTERNAL, "%s: %s", path, strerrordesc_np(errno));
}

/* What is left of the file, as far as the client takes it. */
static int
pass(int fd, const char *path, struct session *session)
{
	char piece[PIECE_SIZE];

	for (;;) {
		int result = session_make_room(session);
		if (result != 0)
			return result;
		ssize_t n = read(fd, piece, sizeof piece);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(session, path);
		if (session_write(session, piece, (size_t)n) < 0)
			return -1;
	}
}

static int
answer(const void *prepared, struct session *session, struct cursor *cursor)
{
	const char *path = prepared;

	while (cursor->fd < 0 && (cursor->fd = file_open(path)) < 0) {
		int wanted = want_descriptors(session, cursor, errno);
		if (wanted != 0)
			return wanted < 0 ? fail(session, path) : wanted;
	}
	int result = pass(cursor->fd, path, session);
	if (result == SESSION_PARKED)
		return result;
	close(cursor->fd);
	cursor->fd = -1;
	return result;
}

static void
release(void *prepared)
{
	free(prepared);
}

const struct responder_kind responder_file = { .name = "file",
	.constant = true,
	.fetched = true,
	.descriptors = 1,
	.prepare = prepare,
	.answer = answer,
	.release = release };
