/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard error of a program, in the log. */
#include "responders/stderrlog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log.h"
#include "base/text.h"

#define LINES_PER_SECOND 20
#define NS_PER_SECOND 1000000000
#define PIECE_SIZE 4096
#define PIPE_SIZE 65536 /* what a pipe may hold */

void
stderrlog_init(struct stderrlog *log, const char *subject)
{
	log->subject = subject;
	log->length = 0;
	log->cut = false;
	log->second_ns = 0;
	log->lines = 0;
	log->left_out = 0;
}

static void
tell_left_out(struct stderrlog *log)
{
	if (log->left_out > 0)
		log_notice("%s: %llu lines left out", log->subject,
		    (unsigned long long)log->left_out);
	log->left_out = 0;
}

/* Whether this second has room for one more line. */
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
	char text[4 * STDERRLOG_LINE + 1]; /* each byte may become \xHH */

	log_notice("%s: %s%s", log->subject,
	    text_escape(text, sizeof text, log->line, log->length),
	    log->cut ? "..." : "");
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
add(struct stderrlog *log, const char *bytes, size_t size)
{
	size_t room = STDERRLOG_LINE - log->length;
	size_t part = size < room ? size : room;

	memcpy(log->line + log->length, bytes, part);
	log->length += part;
	log->cut = log->cut || part < size;
}

static void
split(struct stderrlog *log, const char *bytes, size_t size)
{
	const char *newline;

	while ((newline = memchr(bytes, '\n', size)) != NULL) {
		size_t length = (size_t)(newline - bytes);
		add(log, bytes, length);
		end_line(log);
		bytes += length + 1;
		size -= length + 1;
	}
	add(log, bytes, size);
}

bool
stderrlog_take(struct stderrlog *log, int fd)
{
	char piece[PIECE_SIZE];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n > 0)
		split(log, piece, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void
stderrlog_finish(struct stderrlog *log, int fd)
{
	/* Whoever has left the process group may still write: that ends here. */
	for (int i = 0; i < PIPE_SIZE / PIECE_SIZE && stderrlog_take(log, fd); i++)
		;
	if (log->length > 0)
		end_line(log);
	tell_left_out(log);
}
