/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels of lines for the journal. */
#include "base/log/journal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

bool
journal_is(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];
	struct stat st;

	if (stream == NULL || fd < 0 || fstat(fd, &st) < 0)
		return false;
	snprintf(
	    own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(own, stream) == 0;
}

int
journal_number(enum log_level level)
{
	/* Ours are those of syslog(3) from LOG_ERR on, in the same order. */
	return LOG_ERR + (int)level;
}

const char *
journal_prefix(enum log_level level)
{
	static const char *const prefixes[] = {
		[LOG_LEVEL_ERROR] = "<3>",
		[LOG_LEVEL_WARNING] = "<4>",
		[LOG_LEVEL_NOTICE] = "<5>",
		[LOG_LEVEL_INFO] = "<6>",
		[LOG_LEVEL_DEBUG] = "<7>",
	};

	return journal_is(STDERR_FILENO) ? prefixes[level] : "";
}
