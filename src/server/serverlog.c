/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the log that a configuration names. */
#include "server/serverlog.h"

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/log/outlet.h"
#include "server/conf/conf.h"
#include "server/conf/facility.h"

int
serverlog_open(const struct conf_process *conf, bool daemon)
{
	struct log_settings settings = { .level = (enum log_level)conf->log_level,
		.format = (enum log_format)conf->log_format,
		.file = conf->log_file,
		.syslog = conf->syslog || (daemon && conf->log_file[0] == '\0'),
		.facility = facility_number(conf->syslog_facility) };

	return log_open(&settings);
}

void
serverlog_check(const struct conf_process *conf, bool daemon, struct findings *findings)
{
	if (daemon && outlet_descriptor(conf->log_file) >= 0)
		findings_error(findings,
		    "log-file: %s: a daemon has no output: set daemon = no, start tlsd "
		    "-f, or set a file",
		    conf->log_file);
}
