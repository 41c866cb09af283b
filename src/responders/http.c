/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request of HTTP and its answer. */
#include "responders/http.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "tls/session.h"

#define ANSWER_HEAD 512

#define PLAIN "text/plain; charset=utf-8"
#define BODY(text) .body = (text), .size = sizeof(text) - 1

static const struct http_answer not_allowed = { "405 Method Not Allowed", PLAIN,
	BODY("GET and HEAD are answered here\n") };
static const struct http_answer bad_request = { "400 Bad Request", PLAIN,
	BODY("this is no request of HTTP/1.0 or HTTP/1.1\n") };

/* Lines may end in LF alone: RFC 9112, 2.2. */
static bool
has_empty_line(const char *bytes, size_t size)
{
	return memmem(bytes, size, "\n\r\n", 3) != NULL ||
	       memmem(bytes, size, "\n\n", 2) != NULL;
}

/* Takes what stands before the next space off the line, of which `*size` are left. Its
 * length, which is 0 if no space follows. */
static size_t
take_word(const char **line, size_t *size)
{
	const char *space = memchr(*line, ' ', *size);
	size_t length = space != NULL ? (size_t)(space - *line) : 0;

	if (space == NULL)
		return 0;
	*line += length + 1;
	*size -= length + 1;
	return length;
}

static bool
is_word(const char *word, size_t size, const char *text)
{
	return size == strlen(text) && memcmp(word, text, size) == 0;
}

/* RFC 9112, 3: method, target and version, one space between them. */
static enum http_request
parse_line(const char *line, size_t size)
{
	const char *method = line;

	if (size > 0 && line[size - 1] == '\r')
		size--;
	size_t method_size = take_word(&line, &size);
	if (method_size == 0 || take_word(&line, &size) == 0)
		return HTTP_BAD;
	if (!is_word(line, size, "HTTP/1.0") && !is_word(line, size, "HTTP/1.1"))
		return HTTP_BAD;
	if (is_word(method, method_size, "GET"))
		return HTTP_GET;
	return is_word(method, method_size, "HEAD") ? HTTP_HEAD_ONLY : HTTP_OTHER;
}

enum http_request
http_parse(const char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\n', size);
	enum http_request request =
	    end == NULL ? HTTP_PART : parse_line(bytes, (size_t)(end - bytes));

	/* What starts wrong is not waited for. */
	if (request == HTTP_BAD || has_empty_line(bytes, size))
		return request;
	return size < HTTP_HEAD ? HTTP_PART : HTTP_BAD;
}

enum http_request
http_read(struct session *session)
{
	enum http_request request = HTTP_PART;
	char head[HTTP_HEAD];
	size_t size = 0;

	while (request == HTTP_PART) {
		ssize_t n = session_read(session, head + size, sizeof head - size);
		if (n < 0)
			return HTTP_PART;
		if (n == 0)
			return HTTP_BAD;
		size += (size_t)n;
		request = http_parse(head, size);
	}
	return request;
}

static int
write_answer(struct session *session, const struct http_answer *answer,
    const char *more, bool whole)
{
	char head[ANSWER_HEAD];
	int length = snprintf(head, sizeof head,
	    "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
	    answer->status, answer->type, answer->size, more);

	if (session_write(session, head, (size_t)length) < 0)
		return -1;
	return whole ? session_write(session, answer->body, answer->size) : 0;
}

int
http_reply(struct session *session, enum http_request request,
    const struct http_answer *answer)
{
	switch (request) {
	case HTTP_GET:
	case HTTP_HEAD_ONLY:
		return write_answer(session, answer, "", request == HTTP_GET);
	case HTTP_OTHER:
		/* RFC 9110, 15.5.6. */
		return write_answer(
		    session, &not_allowed, "Allow: GET, HEAD\r\n", true);
	case HTTP_BAD:
		return write_answer(session, &bad_request, "", true);
	default:
		return -1;
	}
}
