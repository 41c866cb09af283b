/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings on standard error and in the log. */
#include "start/startreport.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/log/journal.h"
#include "base/log/log.h"
#include "base/log/outlet.h"
#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "server/conf/conf.h"

static void
print_finding(const struct finding *finding)
{
	bool is_warning = finding->kind == FINDING_WARNING;

	wrap_format(stderr, terminal_width(STDERR_FILENO), strlen("tlsd: "),
	    "%stlsd: %s%s",
	    journal_prefix(is_warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR),
	    is_warning ? "warning: " : "", finding->text);
}

void
startreport_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%stlsd: ", journal_prefix(LOG_LEVEL_ERROR));
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void
startreport_print(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		print_finding(&findings->items[i]);
}

/* True if a warning that is logged can be read on standard error. */
static bool
logs_to_standard_error(const struct conf_process *conf, bool daemon)
{
	if (conf->log_level < LOG_LEVEL_WARNING)
		return false;
	if (conf->log_file[0] != '\0')
		return outlet_descriptor(conf->log_file) == STDERR_FILENO;
	return !daemon && !conf->syslog;
}

void
startreport_log(
    const struct findings *findings, const struct conf_process *conf, bool daemon)
{
	findings_log(findings, "");
	if (!logs_to_standard_error(conf, daemon))
		startreport_print(findings);
}
