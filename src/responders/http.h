/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_HTTP_H
#define TLSD_RESPONDERS_HTTP_H

/*
 * As much of HTTP/1.0 (RFC 1945, and RFC 9112 for clients of 1.1) as a monitor needs. A GET or
 * HEAD request gets one answer, regardless of its path, and the connection closes.
 */

#include <stdbool.h>
#include <stddef.h>

struct session;

/* The most bytes of a request's head, including the empty line at its end. */
#define HTTP_HEAD 8192

enum http_request {
	HTTP_PART, /* more has to be read */
	HTTP_GET,
	HTTP_HEAD_ONLY, /* HEAD */
	HTTP_OTHER, /* a method that is neither */
	HTTP_BAD /* not a request of HTTP/1.0 or 1.1, or its head is too long */
};

/* Classifies the first `size` bytes of a client, at most HTTP_HEAD. Pure function. */
enum http_request http_parse(const char *bytes, size_t size);

struct http_answer {
	const char *status; /* "200 OK" */
	const char *type; /* of the body: "text/plain" */
	char *body; /* free(3) frees it; NULL: memory is exhausted */
	size_t size;
	size_t follows; /* bytes of the body that the caller sends after `body` */
	char *fields; /* further lines of the head, each with CR and LF, for free(3); or
	                 NULL */
};

/* A request and its answer. */
struct http;

/* Returns NULL if memory is exhausted. */
struct http *http_new(void);
void http_free(struct http *http);

/*
 * Reads the request, up to the empty line after its head. If the client ends before, it is
 * HTTP_BAD. Returns 0, or -1 with the failure kept in the session. After SESSION_PARKED call it
 * again.
 */
int http_read(struct http *http, struct session *session);

/* Returns the request that http_read() has read. */
enum http_request http_request(const struct http *http);

/* True if the request that http_read() has read names that media type: mediatype.h. */
bool http_names_type(const struct http *http, const char *type);

/*
 * Reads the request and answers it. A GET or HEAD request gets the result of answer(context),
 * which is called once; for HEAD only the head is sent. Other methods get 405. A bad or
 * incomplete request gets 400. Returns 0, or -1 with the failure kept in the session. After
 * SESSION_PARKED call it again.
 */
int http_serve(struct http *http, struct session *session,
    struct http_answer (*answer)(const void *context), const void *context);

#endif
