/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer that is a file. */
#include "responders/answerfile.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "responders/stream.h"
#include "responders/fdwait.h"
#include "tls/session/session.h"

char *
answerfile_path(const struct responder_settings *settings, struct findings *findings)
{
	int fd = file_open(settings->file);
	if (fd < 0) {
		findings_error(findings, "file: %s: %s: set a readable regular file",
		    settings->file, strerrordesc_np(errno));
		return NULL;
	}
	close(fd);
	return memory_copy(settings->file);
}

static void *
prepare_file(const struct responder_settings *settings, struct findings *findings)
{
	if (settings->file[0] != '\0')
		return answerfile_path(settings, findings);
	findings_error(findings,
	    "file: is empty, but respond = file needs it: set the path of a file");
	return NULL;
}

int
answerfile_begin(const char *path, struct session *session, struct cursor *cursor)
{
	while (cursor->fd < 0 && (cursor->fd = file_open(path)) < 0) {
		int error = errno;
		int wanted = fdwait_descriptors(session, cursor, error);
		if (wanted < 0)
			return session_fail(session, FAILURE_INTERNAL, "%s: %s", path,
			    strerrordesc_np(error));
		if (wanted > 0)
			return wanted;
	}
	return 0;
}

static int
answer_file(const void *prepared, struct session *session, struct cursor *cursor)
{
	const char *path = prepared;
	size_t left = SIZE_MAX;
	int result = answerfile_begin(path, session, cursor);

	if (result == 0)
		result = stream_file(session, cursor->fd, path, &left);
	if (result == SESSION_PARKED || cursor->fd < 0)
		return result;
	close(cursor->fd);
	cursor->fd = -1;
	return result;
}

static void
release_file(void *prepared)
{
	free(prepared);
}

const struct responder_kind responder_file = { .name = "file",
	.keys = "file",
	.constant = true,
	.blocks = true,
	.descriptors = 1,
	.prepare = prepare_file,
	.answer = answer_file,
	.release = release_file };
