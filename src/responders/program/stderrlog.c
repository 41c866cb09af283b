/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging a program's standard error. */
#include "responders/program/stderrlog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log/log.h"
#include "base/text/text.h"

#define LINES_PER_SECOND 20
#define NS_PER_SECOND 1000000000
#define PIECE_SIZE 4096
#define PIPE_SIZE 65536 /* bytes that a pipe may hold */

void
stderrlog_init(
    struct stderrlog *log, const char *peer, const char *service, uint64_t id)
{
	log->peer = peer;
	log->service = service;
	log->id = id;
	log->length = 0;
	log->cut = false;
	log->second_ns = 0;
	log->lines = 0;
	log->left_out = 0;
}

static void
write_line(const struct stderrlog *log, const char *text)
{
	const struct log_field fields[] = {
		{ "peer", LOG_LOOK_SUBJECT, LOG_KIND_TEXT, { .text = log->peer } },
		{ "service", LOG_LOOK_SUBJECT, LOG_KIND_TEXT,
		    { .text = log->service } },
		{ "source", LOG_LOOK_SUBJECT, LOG_KIND_TEXT, { .text = "exec" } },
		{ "message", LOG_LOOK_WORD, LOG_KIND_TEXT, { .text = text } },
		{ "id", LOG_LOOK_NAMED, LOG_KIND_NUMBER, { .number = log->id } },
	};

	log_fields(LOG_LEVEL_NOTICE, fields, sizeof fields / sizeof fields[0]);
}

static void
tell_left_out(struct stderrlog *log)
{
	char text[64];

	snprintf(text, sizeof text, "%llu line%s left out",
	    (unsigned long long)log->left_out, text_plural(log->left_out));
	if (log->left_out > 0)
		write_line(log, text);
	log->left_out = 0;
}

/* True if this second has room for one more line. */
static bool
has_room(struct stderrlog *log)
{
	int64_t now_ns = deadline_now_ns();

	if (now_ns - log->second_ns >= NS_PER_SECOND) {
		tell_left_out(log);
		log->second_ns = now_ns;
		log->lines = 0;
	}
	return log->lines++ < LINES_PER_SECOND;
}

static void
log_line(const struct stderrlog *log)
{
	char text[4 * STDERRLOG_LINE + sizeof "..."]; /* each byte may become \xHH */

	text_escape(text, sizeof text, log->line, log->length);
	if (log->cut)
		strcat(text, "...");
	write_line(log, text);
}

static void
end_line(struct stderrlog *log)
{
	if (has_room(log))
		log_line(log);
	else
		log->left_out++;
	log->length = 0;
	log->cut = false;
}

static void
add_bytes(struct stderrlog *log, const char *bytes, size_t size)
{
	size_t room = STDERRLOG_LINE - log->length;
	size_t part = size < room ? size : room;

	memcpy(log->line + log->length, bytes, part);
	log->length += part;
	log->cut = log->cut || part < size;
}

static void
split_lines(struct stderrlog *log, const char *bytes, size_t size)
{
	const char *newline;

	while ((newline = memchr(bytes, '\n', size)) != NULL) {
		size_t length = (size_t)(newline - bytes);
		add_bytes(log, bytes, length);
		end_line(log);
		bytes += length + 1;
		size -= length + 1;
	}
	add_bytes(log, bytes, size);
}

bool
stderrlog_take(struct stderrlog *log, int fd)
{
	char piece[PIECE_SIZE];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n > 0)
		split_lines(log, piece, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void
stderrlog_finish(struct stderrlog *log, int fd)
{
	/* A process that has left the process group may still write. The limit ends that. */
	for (int i = 0; i < PIPE_SIZE / PIECE_SIZE && stderrlog_take(log, fd); i++)
		;
	if (log->length > 0)
		end_line(log);
	tell_left_out(log);
}
