/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draining with progress. */
#include "ctl/drain.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/deadline.h"
#include "base/text/text.h"
#include "ctl/ctlstatus.h"
#include "ctl/wire.h"

#define LOOK_MS 200
#define NS_PER_MS 1000000

struct answer {
	uint64_t left; /* current connections */
	uint64_t came; /* connections since the start */
};

static void
take_line(void *context, const char *line)
{
	struct answer *answer = context;

	if (sscanf(line, "left: %" SCNu64, &answer->left) != 1 &&
	    sscanf(line, "came: %" SCNu64, &answer->came) != 1)
		fprintf(stderr, "tlsdctl: %s\n", line);
}

static int
give_up(const struct answer *answer)
{
	if (answer->left == 0)
		fputs("tlsdctl: drain: clients still connect\n", stderr);
	return CTLSTATUS_FAILED;
}

int
drain_wait(struct wire *wire, int64_t timeout_ms, int64_t settle_ms)
{
	struct deadline timeout = deadline_in(timeout_ms);
	struct answer now = { 0 }, before = { .left = UINT64_MAX };
	int64_t quiet_since_ns = 0;

	for (;;) {
		int status = wire_ask(wire, "drain", take_line, &now);
		if (status != CTLSTATUS_OK)
			return status;
		if (now.left != before.left)
			printf("%" PRIu64 " connection%s left\n", now.left,
			    text_plural(now.left));
		fflush(stdout);
		if (now.came != before.came || quiet_since_ns == 0)
			quiet_since_ns = deadline_now_ns();
		before = now;
		if (now.left == 0 &&
		    deadline_now_ns() - quiet_since_ns >= settle_ms * NS_PER_MS)
			return CTLSTATUS_OK;
		if (deadline_passed(timeout))
			return give_up(&now);
		poll(NULL, 0, LOOK_MS);
	}
}
