/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of ticket keys that machines share. */
#include "cert/command/ticketfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/options/arguments.h"
#include "cert/files/replacement.h"
#include "cert/options/filereport.h"
#include "tls/secrets/ticketkeys.h"

enum { FILE_MODE = 0600, MINUTE = 60 };

/* Drops the oldest keys while there are more than `keep`, but never the key that issues now. */
static void
drop_oldest(struct ticketkeys *keys, size_t keep, int64_t now)
{
	while (keys->count > keep &&
	       ticketkeys_issuing(keys, now) != &keys->items[keys->count - 1])
		ticketkeys_wipe_last(keys);
}

/* Adds a key. The first one issues at once; a later one only once every machine should have the
 * file. */
static int
add_key(struct ticketkeys *keys, const struct arguments *arguments, int64_t now,
    struct findings *findings)
{
	struct ticketkeys fresh;

	drop_oldest(keys, TICKETKEYS_MAX - 1, now);
	if (keys->count == TICKETKEYS_MAX) {
		findings_error(findings,
		    "%s: 31 keys already wait for their time: try again later",
		    arguments->operands[0]);
		return -1;
	}
	if (ticketkeys_random(&fresh) < 0) {
		findings_error(findings, "no random key can be generated");
		return -1;
	}
	fresh.items[0].begins =
	    keys->count == 0 ? now : now + (int64_t)arguments->delay * MINUTE;
	ticketkeys_add(keys, &fresh.items[0]);
	drop_oldest(keys, (size_t)arguments->keep, now);
	ticketkeys_wipe(&fresh);
	return 0;
}

static int
write_file(const char *path, const struct ticketkeys *keys, struct findings *findings)
{
	struct replacement replacement = { 0 };
	char *text = ticketkeys_write(keys);

	int code = replacement_stage(
	    &replacement, path, text, FILE_MODE, REPLACEMENT_KEEP_RIGHTS, findings);
	if (code == 0)
		code = replacement_commit(&replacement, 1, findings);
	replacement_fini(&replacement);
	memory_wipe(text, strlen(text));
	free(text);
	return code;
}

static void
print_keys(const char *path, const struct ticketkeys *keys, int64_t now)
{
	const struct ticketkey *issuing = ticketkeys_issuing(keys, now);

	for (size_t i = 0; i < keys->count; i++) {
		time_t begins = (time_t)keys->items[i].begins;
		char text[sizeof "2026-11-24 04:00:00"];
		struct tm tm;

		strftime(
		    text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime_r(&begins, &tm));
		printf("%s: key %zu: %s %s UTC\n", path, i + 1,
		    &keys->items[i] == issuing ? "issues since"
		    : begins > now             ? "issues from"
					       : "accepted, issued from",
		    text);
	}
}

static int
rotate_keys(const struct arguments *arguments, struct findings *findings)
{
	const char *path = arguments->operands[0];
	struct ticketkeys keys = { 0 };
	int64_t now = time(NULL);
	int code = -1;

	struct replacement_lock lock;
	if (replacement_lock(&lock, path, findings) == 0 &&
	    (access(path, F_OK) < 0 || ticketkeys_read(path, &keys, findings) == 0) &&
	    add_key(&keys, arguments, now, findings) == 0)
		code = write_file(path, &keys, findings);
	if (code == 0)
		print_keys(path, &keys, now);
	ticketkeys_wipe(&keys);
	replacement_unlock(&lock);
	return code;
}

int
ticketfile_rotate(const struct arguments *arguments)
{
	struct findings findings;

	findings_init(&findings);
	int code = rotate_keys(arguments, &findings);
	filereport_findings(&findings);
	return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
