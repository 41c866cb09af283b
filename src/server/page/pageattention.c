/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The problems on the page for browsers. */
#include "server/page/pageattention.h"

#include <inttypes.h>

#include "base/log/log.h"
#include "base/text/html.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "server/connection/stats.h"
#include "server/page/pagecertificates.h"
#include "server/report/serverinfo.h"
#include "server/snapshot/snapshot.h"

#define SKIPPED_MAX 10

/* Prints the problems of the process, and returns their number. */
static int
warn_of_process(
    const struct serverinfo *serverinfo, const struct stats_sums *sums, FILE *out)
{
	const uint64_t lost = log_lost();
	int count = 0;

	if (!serverinfo_last_reload_worked(serverinfo)) {
		fputs("<li>The last reload failed and changed nothing: the log has the "
		      "reasons</li>\n",
		    out);
		count++;
	}
	if (lost > 0) {
		fprintf(out,
		    "<li>%" PRIu64 " line%s of the log could not be written: free "
		    "space on its disk, or restart its reader</li>\n",
		    lost, text_plural(lost));
		count++;
	}
	if (stats_queued(sums) > 0 &&
	    serverinfo_busy(serverinfo, sums) >= serverinfo_workers(serverinfo)) {
		fputs("<li>All workers are busy and connections wait: raise "
		      "<code>workers</code> if that lasts</li>\n",
		    out);
		count++;
	}
	return count;
}

static int
warn_of_skipped(const struct snapshot *snapshot, FILE *out)
{
	const struct stringlist *skipped = snapshot_skipped(snapshot);

	for (size_t i = 0; i < skipped->count && i < SKIPPED_MAX; i++) {
		fputs("<li>Left out: ", out);
		html_print(out, skipped->items[i]);
		fputs("</li>\n", out);
	}
	return (int)skipped->count;
}

int
pageattention_print(const struct serverinfo *serverinfo,
    const struct snapshot *snapshot, const struct pagecertificates *certificates,
    const struct stats_sums *sums, FILE *out)
{
	int count = pagecertificates_warn(certificates, out);

	count += warn_of_process(serverinfo, sums, out);
	count += warn_of_skipped(snapshot, out);
	return count;
}
