/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log levels of failure classes. */
#include "server/snapshot/verbosity.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"

#define DONE "done" /* the word in the log instead of a class */

static enum log_level
usual_level(enum failure failure)
{
	if (failure == FAILURE_INTERNAL)
		return LOG_LEVEL_ERROR;
	return failure_is_hostile(failure) ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO;
}

/* Returns the class with that name, or FAILURE_COUNT. */
static int
find_class(const char *word)
{
	int failure = FAILURE_NONE + 1;

	if (strcmp(word, DONE) == 0)
		return FAILURE_NONE;
	while (failure < FAILURE_COUNT &&
	       strcmp(word, failure_name((enum failure)failure)) != 0)
		failure++;
	return failure;
}

/* Returns the level with that name, or -1. */
static int
find_level(const char *word)
{
	for (int level = 0; log_level_name(level) != NULL; level++)
		if (strcmp(word, log_level_name(level)) == 0)
			return level;
	return -1;
}

static void
set_level(struct verbosity *verbosity, const char *item, struct findings *findings)
{
	size_t length = strcspn(item, "=");
	char *word = memory_format("%.*s", (int)length, item);
	int failure = find_class(word);
	int level = item[length] == '=' ? find_level(item + length + 1) : -1;

	if (failure == FAILURE_COUNT)
		findings_error(findings,
		    "class-level: \"%s\" is not a class: use \"done\" or one under "
		    "DIAGNOSTICS in tlsd(8), as in early-close=debug",
		    word);
	else if (level < 0)
		findings_error(findings,
		    "class-level: \"%s\" has no level: write %s=error, warning, "
		    "notice, "
		    "info or debug",
		    item, word);
	else
		verbosity->levels[failure] = (signed char)level;
	free(word);
}

static void
silence_class(struct verbosity *verbosity, const char *word, struct findings *findings)
{
	int failure = find_class(word);

	if (failure == FAILURE_COUNT)
		findings_error(findings,
		    "quiet: \"%s\" is not a class: use \"done\" or one under "
		    "DIAGNOSTICS in tlsd(8)",
		    word);
	else
		verbosity->levels[failure] = -1;
}

void
verbosity_init(struct verbosity *verbosity, const struct stringlist *levels,
    const struct stringlist *quiet, struct findings *findings)
{
	for (int i = 0; i < FAILURE_COUNT; i++)
		verbosity->levels[i] = (signed char)usual_level((enum failure)i);
	for (size_t i = 0; i < levels->count; i++)
		set_level(verbosity, levels->items[i], findings);
	for (size_t i = 0; i < quiet->count; i++)
		silence_class(verbosity, quiet->items[i], findings);
}

bool
verbosity_level(
    const struct verbosity *verbosity, enum failure failure, enum log_level *level)
{
	if (verbosity->levels[failure] < 0)
		return false;
	*level = (enum log_level)verbosity->levels[failure];
	return true;
}
