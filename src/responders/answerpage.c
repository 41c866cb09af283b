/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer that is one HTTP page. */
#include "responders/answerpage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "responders/answerfile.h"
#include "responders/http.h"
#include "responders/stream.h"
#include "responders/answertext.h"
#include "tls/session/session.h"

#define TYPE_MAX 128 /* bytes; leaves room in the head of an answer */

struct page {
	char *type;
	char *path; /* of the file, or NULL; then: */
	char *bytes; /* `size` bytes of text */
	size_t size;
};

static void
release_page(void *prepared)
{
	struct page *page = prepared;

	free(page->type);
	free(page->path);
	free(page->bytes);
	free(page);
}

/* True if the text is a media type. RFC 9110, 5.5: a line break would let it add header fields. */
static bool
is_type(const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return size <= TYPE_MAX && strchr(text, '/') != NULL;
}

static void *
prepare_page(const struct responder_settings *settings, struct findings *findings)
{
	struct page *page = memory_new(sizeof *page);
	bool has_file = settings->file[0] != '\0';

	page->type = memory_copy(settings->content_type);
	if (has_file)
		page->path = answerfile_path(settings, findings);
	else
		page->bytes = answertext_bytes(settings, &page->size, findings);
	if (!is_type(page->type))
		findings_error(findings,
		    "content-type: \"%s\" is not a media type: write one such as "
		    "text/html; charset=utf-8",
		    page->type);
	else if (page->path != NULL || page->bytes != NULL)
		return page;
	release_page(page);
	return NULL;
}

/* A request for a page. */
struct visit {
	const struct page *page;
	size_t size; /* of the file */
};

static struct http_answer
show_page(const void *context)
{
	const struct visit *visit = context;
	const struct page *page = visit->page;
	struct http_answer shown = { .status = "200 OK",
		.type = page->type,
		.body = malloc(page->size + 1),
		.size = page->size,
		.follows = visit->size };

	if (shown.body != NULL && page->size > 0)
		memcpy(shown.body, page->bytes, page->size);
	return shown;
}

/* True if the request gets the head of the page, and perhaps the page. */
static bool
is_shown(const struct http *http)
{
	enum http_request request = http_request(http);

	return request == HTTP_GET || request == HTTP_HEAD_ONLY;
}

/* Opens the page's file and keeps its size in the cursor. Returns as answerfile_begin() does. */
static int
open_page(const struct page *page, struct session *session, struct cursor *cursor)
{
	struct stat st;

	if (cursor->fd >= 0)
		return 0;
	int result = answerfile_begin(page->path, session, cursor);
	if (result != 0)
		return result;
	if (fstat(cursor->fd, &st) < 0)
		return session_fail(session, FAILURE_INTERNAL, "%s: %s", page->path,
		    strerrordesc_np(errno));
	cursor->offset = (size_t)st.st_size;
	return 0;
}

/* Sends the rest of the file after its head. Fails if it is shorter than the head announced. */
static int
send_file(const struct page *page, struct session *session, struct cursor *cursor)
{
	size_t left = cursor->offset;
	int result = stream_file(session, cursor->fd, page->path, &left);

	cursor->offset = left;
	if (result == 0 && left > 0)
		return session_fail(session, FAILURE_INTERNAL,
		    "%s: became shorter while it was sent", page->path);
	return result;
}

/* Does the work of the kind's answer_page(), but does not clean up. */
static int
serve_page(const struct page *page, struct session *session, struct cursor *cursor)
{
	struct http *http = cursor->state;
	int result = http_read(http, session);

	if (result == 0 && page->path != NULL && is_shown(http))
		result = open_page(page, session, cursor);
	if (result != 0)
		return result;
	struct visit visit = { .page = page, .size = cursor->offset };
	result = http_serve(http, session, show_page, &visit);
	if (result != 0 || cursor->fd < 0 || http_request(http) != HTTP_GET)
		return result;
	return send_file(page, session, cursor);
}

static int
answer_page(const void *prepared, struct session *session, struct cursor *cursor)
{
	if (cursor->state == NULL)
		cursor->state = http_new();
	if (cursor->state == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	int result = serve_page(prepared, session, cursor);
	if (result == SESSION_PARKED)
		return result;
	http_free(cursor->state);
	cursor->state = NULL;
	if (cursor->fd >= 0)
		close(cursor->fd);
	cursor->fd = -1;
	return result;
}

static void
abandon_page(void *state)
{
	http_free(state);
}

const struct responder_kind responder_page = { .name = "page",
	.keys = "file text content-type",
	.blocks = true,
	.descriptors = 1,
	.prepare = prepare_page,
	.answer = answer_page,
	.abandon = abandon_page,
	.release = release_page };
