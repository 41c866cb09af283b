/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draining with progress. */
#include "ctl/drain.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "ctl/status.h"
#include "ctl/wire.h"

#define LOOK_MS 200

static void
take_left(void *context, const char *line)
{
	uint64_t *left = context;

	if (sscanf(line, "left: %" SCNu64, left) != 1)
		fprintf(stderr, "tlsdctl: %s\n", line);
}

int
drain_wait(struct wire *wire, int64_t timeout_ms)
{
	struct deadline deadline = deadline_in(timeout_ms);
	uint64_t left = 0, before = UINT64_MAX;

	for (;;) {
		int status = wire_ask(wire, "drain", take_left, &left);
		if (status != STATUS_OK)
			return status;
		if (left != before)
			printf("%" PRIu64 " connections left\n", left);
		fflush(stdout);
		before = left;
		if (left == 0)
			return STATUS_OK;
		if (deadline_passed(deadline))
			return STATUS_FAILED;
		poll(NULL, 0, LOOK_MS);
	}
}
