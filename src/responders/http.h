/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_HTTP_H
#define TLSD_RESPONDERS_HTTP_H

/*
 * As much of HTTP/1.0 (RFC 1945, and RFC 9112 for clients of 1.1) as a monitor needs: a
 * request by GET or HEAD, whatever its path, gets one answer, and the connection closes.
 */

#include <stddef.h>

struct session;

/* The most bytes of a request's head, with the empty line behind it. */
#define HTTP_HEAD 8192

enum http_request {
	HTTP_PART, /* more has to be read */
	HTTP_GET,
	HTTP_HEAD_ONLY, /* HEAD */
	HTTP_OTHER, /* a method that is neither */
	HTTP_BAD /* not a request of HTTP/1.0 or 1.1, or too long a head */
};

/* What the first `size` bytes that a client sent, HTTP_HEAD at most, are. Pure function. */
enum http_request http_parse(const char *bytes, size_t size);

struct http_answer {
	const char *status; /* "200 OK" */
	const char *type; /* of the body: "text/plain" */
	char *body; /* free(3) frees it; NULL: memory is exhausted */
	size_t size;
	size_t follows; /* bytes of the body that the caller sends after these */
};

/* A request and its answer. */
struct http;

/* NULL when memory is exhausted. */
struct http *http_new(void);
void http_free(struct http *http);

/*
 * Reads the request, up to the empty line after its head; a client that ends before makes it
 * HTTP_BAD. 0, or -1 with the failure kept in the session; or SESSION_PARKED: call it again.
 */
int http_read(struct http *http, struct session *session);

/* Returns what http_read() has read. */
enum http_request http_request(const struct http *http);

/*
 * Reads the request, and answers it: with what answer(context) gives, which is called once, with
 * its head alone, or with 405, or 400 also for a client that ends in the midst of it. 0, or -1
 * with the failure kept in the session; or SESSION_PARKED: call it again.
 */
int http_serve(struct http *http, struct session *session,
    struct http_answer (*answer)(const void *context), const void *context);

#endif
