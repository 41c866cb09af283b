/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERMONITOR_H
#define TLSD_RESPONDERS_ANSWERMONITOR_H

/*
 * respond = metrics: the server's figures for Prometheus. respond = status: 200 and "up", or
 * 503 and "draining", for load balancers; a client that names text/html, such as a browser, gets
 * a page with that status code instead of the word. Both use HTTP: http.h. respond = agent: the
 * status as a line of haproxy's agent-check.
 */

#include <stdbool.h>
#include <stdio.h>

#include "responders/kind.h"

/* The source of the figures. Workers call it, several at once. */
struct monitor {
	/* Prints the figures in Prometheus's text format 0.0.4. Returns 0, or -1 if memory is
	 * exhausted. */
	int (*print)(void *context, FILE *out);
	/* Prints the page for browsers, in HTML and UTF-8. Returns 0, or -1 if memory is
	 * exhausted. */
	int (*print_page)(void *context, FILE *out);
	/* Prints the value of the page's Content-Security-Policy. Returns 0, or -1 if memory is
	 * exhausted. */
	int (*print_page_policy)(void *context, FILE *out);
	/* True if the server asks load balancers to send no more clients. */
	bool (*is_draining)(void *context);
	/* True if the server accepts no more clients; then it is draining too. */
	bool (*is_stopping)(void *context);
	void *context;
};

extern const struct responder_kind responder_metrics;
extern const struct responder_kind responder_status;
extern const struct responder_kind responder_agent;

#endif
