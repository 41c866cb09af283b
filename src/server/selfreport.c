/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reports of the server on itself. */
#include "server/selfreport.h"

#include "server/page/statuspage.h"
#include "server/report/metrics.h"
#include "server/report/serverinfo.h"

static int
print_metrics(void *context, FILE *out)
{
	return metrics_print(context, out);
}

static int
print_page(void *context, FILE *out)
{
	return statuspage_print(context, out);
}

static int
print_page_policy(void *context, FILE *out)
{
	(void)context;
	return statuspage_print_policy(out);
}

static bool
is_draining(void *context)
{
	return serverinfo_state(context) != SERVERINFO_RUNNING;
}

static bool
is_stopping(void *context)
{
	return serverinfo_state(context) == SERVERINFO_STOPPING;
}

struct monitor
selfreport_monitor(struct serverinfo *serverinfo)
{
	return (struct monitor){ .print = print_metrics,
		.print_page = print_page,
		.print_page_policy = print_page_policy,
		.is_draining = is_draining,
		.is_stopping = is_stopping,
		.context = serverinfo };
}
