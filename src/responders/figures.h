/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_FIGURES_H
#define TLSD_RESPONDERS_FIGURES_H

/*
 * respond = metrics: the server's figures for Prometheus. respond = status: 200 and "up", or
 * 503 and "draining", for who chooses among servers. Both by HTTP: http.h. respond = agent:
 * the same in the words of haproxy's agent-check, one line.
 */

#include <stdbool.h>
#include <stdio.h>

#include "responders/responder.h"

/* Where the figures come from; any worker calls, several at once. */
struct figures {
	/* Prints them in the text format, version 0.0.4. 0, or -1 when memory is exhausted. */
	int (*print)(void *context, FILE *out);
	/* Whether the server asks for no more clients. */
	bool (*is_draining)(void *context);
	/* Whether it takes none any more; then it is draining too. */
	bool (*is_stopping)(void *context);
	void *context;
};

extern const struct responder_kind responder_metrics;
extern const struct responder_kind responder_status;
extern const struct responder_kind responder_agent;

#endif
