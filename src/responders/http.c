/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an HTTP request and answering it. */
#include "responders/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "base/failure.h"
#include "responders/mediatype.h"
#include "responders/stream.h"
#include "tls/session/appdata.h"
#include "tls/session/session.h"

#define ANSWER_HEAD 512 /* bytes of a head without `fields` */
#define DATE_SIZE 32

/* Returns the number of bytes in empty lines before the request: RFC 9112, 2.2. */
static size_t
count_empty_lines(const char *bytes, size_t size)
{
	size_t count = 0;

	for (;;) {
		if (size - count >= 1 && bytes[count] == '\n')
			count += 1;
		else if (size - count >= 2 && memcmp(bytes + count, "\r\n", 2) == 0)
			count += 2;
		else
			return count;
	}
}

/* True if there is an empty line. Lines may end in LF alone: RFC 9112, 2.2. */
static bool
has_empty_line(const char *bytes, size_t size)
{
	return memmem(bytes, size, "\n\r\n", 3) != NULL ||
	       memmem(bytes, size, "\n\n", 2) != NULL;
}

/* Takes the word before the next space off the line, of which `*size` bytes are left. Returns
 * its length, which is 0 if no space follows. */
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

/* Parses the request line. RFC 9112, 3: method, target and version, one space between them. */
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
	bool has_room = size < HTTP_HEAD;
	size_t before = count_empty_lines(bytes, size);

	bytes += before;
	size -= before;
	const char *end = memchr(bytes, '\n', size);
	enum http_request request =
	    end == NULL ? HTTP_PART : parse_line(bytes, (size_t)(end - bytes));

	/* A request that begins badly is refused at once. */
	if (request == HTTP_BAD || has_empty_line(bytes, size))
		return request;
	return has_room ? HTTP_PART : HTTP_BAD;
}

struct http {
	enum http_request request; /* HTTP_PART until it has been read completely */
	char head[HTTP_HEAD]; /* of the request */
	size_t head_size;
	char *answer; /* head and body; NULL: the request has not been read yet */
	size_t answer_size, sent;
};

struct http *
http_new(void)
{
	return calloc(1, sizeof(struct http)); /* HTTP_PART is 0 */
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	free(http->answer);
	free(http);
}

int
http_read(struct http *http, struct session *session)
{
	while (http->request == HTTP_PART) {
		ssize_t n = session_read(
		    session, http->head + http->head_size, HTTP_HEAD - http->head_size);
		if (n < 0)
			return errno == EAGAIN ? SESSION_PARKED : -1;
		http->head_size += (size_t)n;
		http->request =
		    n == 0 ? HTTP_BAD : http_parse(http->head, http->head_size);
	}
	return 0;
}

enum http_request
http_request(const struct http *http)
{
	return http->request;
}

bool
http_names_type(const struct http *http, const char *type)
{
	return mediatype_is_named(http->head, http->head_size, type);
}

static struct http_answer
make_error(const char *status, const char *words)
{
	char *body = strdup(words);

	return (struct http_answer){ .status = status,
		.type = "text/plain; charset=utf-8",
		.body = body,
		.size = strlen(words) };
}

/* Fills in the time of day as the field "Date" has it (RFC 9110, 5.6.7 and 6.6.1). */
static void
format_date(char date[DATE_SIZE])
{
	const time_t now = time(NULL);
	struct tm utc;

	strftime(date, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
}

/* Joins head and body. Returns -1 if memory is exhausted. */
static int
compose_answer(
    struct http *http, const struct http_answer *answer, const char *more, bool whole)
{
	const char *fields = answer->fields != NULL ? answer->fields : "";
	size_t body_size = whole ? answer->size : 0;
	size_t room = ANSWER_HEAD + strlen(fields);
	char date[DATE_SIZE];

	if (answer->body == NULL)
		return -1;
	http->answer = malloc(room + body_size);
	if (http->answer == NULL)
		return -1;
	format_date(date);
	int length = snprintf(http->answer, room,
	    "HTTP/1.0 %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
	    answer->status, date, answer->type, answer->size + answer->follows, more,
	    fields);
	memcpy(http->answer + length, answer->body, body_size);
	http->answer_size = (size_t)length + body_size;
	return 0;
}

/* Makes the answer. RFC 9110, 15.5.6 defines it for methods that are not GET or HEAD. */
static int
prepare_answer(struct http *http, struct http_answer (*make)(const void *context),
    const void *context)
{
	const enum http_request request = http->request;
	struct http_answer answer;

	if (request == HTTP_OTHER)
		answer = make_error("405 Method Not Allowed", "use GET or HEAD\n");
	else if (request == HTTP_BAD)
		answer = make_error("400 Bad Request",
		    "this is not a request of HTTP/1.0 or HTTP/1.1\n");
	else
		answer = make(context);
	int result = compose_answer(http, &answer,
	    request == HTTP_OTHER ? "Allow: GET, HEAD\r\n" : "",
	    request != HTTP_HEAD_ONLY);
	free(answer.body);
	free(answer.fields);
	return result;
}

int
http_serve(struct http *http, struct session *session,
    struct http_answer (*answer)(const void *context), const void *context)
{
	if (http->answer == NULL) {
		int result = http_read(http, session);
		if (result != 0)
			return result;
		if (prepare_answer(http, answer, context) < 0)
			return session_fail(session, FAILURE_INTERNAL, "out of memory");
	}
	return stream_write(session, http->answer, http->answer_size, &http->sent);
}
