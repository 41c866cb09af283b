/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers about the server itself. */
#include "responders/answermonitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/failure.h"
#include "base/memory/memory.h"
#include "responders/http.h"
#include "tls/session/appdata.h"
#include "tls/session/session.h"

struct view {
	const struct monitor *monitor;
};

static void *
prepare_monitor(const struct responder_settings *settings, struct findings *findings)
{
	(void)settings;
	(void)findings;
	return memory_new(sizeof(struct view));
}

static void
show_monitor(void *prepared, const struct monitor *monitor)
{
	struct view *view = prepared;

	view->monitor = monitor;
}

/* A request to a monitor. */
struct inquiry {
	const struct monitor *monitor;
	const struct http *http;
};

/* Prints by `print`, with `before` and `after` around it. Returns the text for free(3), or NULL if
 * memory is exhausted. Fills in its size. */
static char *
print_text(const struct monitor *monitor, int (*print)(void *context, FILE *out),
    const char *before, const char *after, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (out == NULL)
		return NULL;
	fputs(before, out);
	int result = print(monitor->context, out);
	fputs(after, out);
	int error = ferror(out);
	if (fclose(out) == 0 && error == 0 && result == 0)
		return text;
	free(text);
	return NULL;
}

/* Returns all figures as an answer. */
static struct http_answer
tell_metrics(const void *context)
{
	const struct monitor *monitor = ((const struct inquiry *)context)->monitor;
	struct http_answer answer = { .status = "200 OK",
		.type = "text/plain; version=0.0.4; charset=utf-8" };

	answer.body = print_text(monitor, monitor->print, "", "", &answer.size);
	return answer;
}

/* Replaces the word by the page. Without its policy, it is not shown. */
static void
add_page(const struct monitor *monitor, struct http_answer *answer)
{
	size_t size;

	answer->type = "text/html; charset=utf-8";
	answer->fields = print_text(monitor, monitor->print_page_policy,
	    "Content-Security-Policy: ",
	    "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n",
	    &size);
	if (answer->fields != NULL)
		answer->body =
		    print_text(monitor, monitor->print_page, "", "", &answer->size);
}

static struct http_answer
tell_status(const void *context)
{
	const struct inquiry *inquiry = context;
	bool draining = inquiry->monitor->is_draining(inquiry->monitor->context);
	const char *words = draining ? "draining\n" : "up\n";
	struct http_answer answer = { .status = draining ? "503 Service Unavailable"
		                                         : "200 OK",
		.type = "text/plain; charset=utf-8" };

	if (http_names_type(inquiry->http, "text/html")) {
		add_page(inquiry->monitor, &answer);
		return answer;
	}
	answer.body = strdup(words);
	answer.size = strlen(words);
	return answer;
}

/* Answers an HTTP request. */
static int
answer_http(struct session *session, struct cursor *cursor,
    struct http_answer (*tell)(const void *context), const struct view *view)
{
	if (cursor->state == NULL)
		cursor->state = http_new();
	if (cursor->state == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	const struct inquiry inquiry = { view->monitor, cursor->state };
	int result = http_serve(cursor->state, session, tell, &inquiry);
	if (result == SESSION_PARKED)
		return result;
	http_free(cursor->state);
	cursor->state = NULL;
	return result;
}

static int
answer_metrics(const void *prepared, struct session *session, struct cursor *cursor)
{
	return answer_http(session, cursor, tell_metrics, prepared);
}

static int
answer_status(const void *prepared, struct session *session, struct cursor *cursor)
{
	return answer_http(session, cursor, tell_status, prepared);
}

static void
abandon_monitor(void *state)
{
	http_free(state);
}

/* Answers with one line for haproxy's agent-check: "ready" takes back "drain" and "maint". */
static int
answer_agent(const void *prepared, struct session *session, struct cursor *cursor)
{
	const struct monitor *monitor = ((const struct view *)prepared)->monitor;
	const char *line = monitor->is_stopping(monitor->context)   ? "maint\n"
	                   : monitor->is_draining(monitor->context) ? "drain\n"
	                                                            : "up ready\n";

	(void)cursor;
	return session_write(session, line, strlen(line));
}

const struct responder_kind responder_metrics = { .name = "metrics",
	.prepare = prepare_monitor,
	.show = show_monitor,
	.answer = answer_metrics,
	.abandon = abandon_monitor,
	.release = free };

const struct responder_kind responder_status = { .name = "status",
	.prepare = prepare_monitor,
	.show = show_monitor,
	.answer = answer_status,
	.abandon = abandon_monitor,
	.release = free };

const struct responder_kind responder_agent = { .name = "agent",
	.constant = true,
	.prepare = prepare_monitor,
	.show = show_monitor,
	.answer = answer_agent,
	.release = free };
