/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and OCSP responses in use that end. */
#include "server/snapshot/expiry.h"

#include <stdint.h>
#include <time.h>

#include "base/log/findings.h"
#include "server/snapshot/snapshot.h"

enum { DAY = 86400 };

struct deadline
expiry_next(const struct snapshot *snapshot)
{
	int64_t now = time(NULL);
	int64_t end = snapshot_next_end(snapshot, now);
	int64_t left = end == 0 || end - now > DAY ? DAY : end - now;

	return deadline_in((left + 1) * 1000);
}

void
expiry_warn(const struct snapshot *snapshot)
{
	struct findings findings;

	findings_init(&findings);
	snapshot_warn(snapshot, &findings);
	findings_log(&findings, "");
	findings_fini(&findings);
}
