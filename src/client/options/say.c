/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the client for people. */
#include "client/options/say.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"

void
say(const char *subject, const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	if (subject != NULL)
		fprintf(stderr, "tlsc: %s: %s\n", subject, text);
	else
		fprintf(stderr, "tlsc: %s\n", text);
	free(text);
	errno = saved;
}

void
say_begin_report(void)
{
	signal(SIGPIPE, SIG_DFL);
}

int
say_end_report(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	say("standard output", "%m");
	return -1;
}

void
say_findings(const char *subject, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		say(subject, "%s", findings->items[i].text);
}
