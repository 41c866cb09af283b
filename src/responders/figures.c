/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers that tell of the server itself. */
#include "responders/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory.h"
#include "responders/http.h"
#include "tls/session.h"

struct view {
	const struct figures *figures;
};

static void *
prepare(const struct responder_settings *settings, struct findings *findings)
{
	(void)settings;
	(void)findings;
	return memory_new(sizeof(struct view));
}

static void
show(void *prepared, const struct figures *figures)
{
	struct view *view = prepared;

	view->figures = figures;
}

/* All figures, which free(3) frees; NULL when memory is exhausted. */
static char *
print(const struct figures *figures, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (out == NULL)
		return NULL;
	figures->print(figures->context, out);
	int error = ferror(out);
	if (fclose(out) == 0 && error == 0)
		return text;
	free(text);
	return NULL;
}

static int
answer_metrics(const void *prepared, struct session *session)
{
	const struct view *view = prepared;
	struct http_answer answer = { .status = "200 OK",
		.type = "text/plain; version=0.0.4; charset=utf-8" };
	enum http_request request = http_read(session);

	if (request == HTTP_PART)
		return -1;
	char *text = print(view->figures, &answer.size);
	if (text == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	answer.body = text;
	int result = http_reply(session, request, &answer);
	free(text);
	return result;
}

static int
answer_status(const void *prepared, struct session *session)
{
	static const struct http_answer up = { "200 OK", "text/plain; charset=utf-8",
		"up\n", 3 };
	static const struct http_answer draining = { "503 Service Unavailable",
		"text/plain; charset=utf-8", "draining\n", 9 };
	const struct figures *figures = ((const struct view *)prepared)->figures;
	enum http_request request = http_read(session);

	if (request == HTTP_PART)
		return -1;
	return http_reply(
	    session, request, figures->is_draining(figures->context) ? &draining : &up);
}

/* One line, as agent-check of haproxy reads it: "ready" takes back "drain" and "maint". */
static int
answer_agent(const void *prepared, struct session *session)
{
	const struct figures *figures = ((const struct view *)prepared)->figures;
	const char *line = figures->is_stopping(figures->context)   ? "maint\n"
	                   : figures->is_draining(figures->context) ? "drain\n"
	                                                            : "up ready\n";

	return session_write(session, line, strlen(line));
}

const struct responder_kind responder_metrics = { .name = "metrics",
	.prepare = prepare,
	.show = show,
	.answer = answer_metrics,
	.release = free };

const struct responder_kind responder_status = { .name = "status",
	.prepare = prepare,
	.show = show,
	.answer = answer_status,
	.release = free };

const struct responder_kind responder_agent = { .name = "agent",
	.constant = true,
	.prepare = prepare,
	.show = show,
	.answer = answer_agent,
	.release = free };
