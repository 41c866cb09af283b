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
	HTTP_BAD /* no request of HTTP/1.0 or 1.1, or too long a head */
};

/* What the first `size` bytes that a client sent, HTTP_HEAD at most, are. Pure function. */
enum http_request http_parse(const char *bytes, size_t size);

/* Reads a head. A client that ends in the midst of it has sent HTTP_BAD; HTTP_PART means
 * that reading failed, with the failure kept in the session. */
enum http_request http_read(struct session *session);

struct http_answer {
	const char *status; /* "200 OK" */
	const char *type; /* of the body: "text/plain" */
	const char *body;
	size_t size;
};

/* Answers `request`: with the answer, its head alone, or with 405 or 400. 0, or -1 with the
 * failure kept in the session. */
int http_reply(struct session *session, enum http_request request,
    const struct http_answer *answer);

#endif
