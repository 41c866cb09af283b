/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The facilities of syslog(3) by their names. */
#include "server/conf/facility.h"

#include <stddef.h>
#include <syslog.h>

static const struct {
	const char *name;
	int number;
} facilities[] = { { "daemon", LOG_DAEMON }, { "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV }, { "user", LOG_USER }, { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 } };

const char *
facility_name(int index)
{
	return index < (int)(sizeof facilities / sizeof facilities[0])
	           ? facilities[index].name
	           : NULL;
}

int
facility_number(int index)
{
	return facilities[index].number;
}
