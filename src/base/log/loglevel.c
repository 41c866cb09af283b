/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The levels and the formats of the log. */
#include "base/log/loglevel.h"

#include <stddef.h>

const char *
log_level_name(int level)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_NOTICE] = "notice",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	return level <= LOG_LEVEL_DEBUG ? names[level] : NULL;
}

const char *
log_format_name(int format)
{
	static const char *const names[] = {
		[LOG_FORMAT_TEXT] = "text",
		[LOG_FORMAT_JSON] = "json",
	};

	return format <= LOG_FORMAT_JSON ? names[format] : NULL;
}
