/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of responder kinds. */
#include "responders/responder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "responders/answerconnect.h"
#include "responders/answerecho.h"
#include "responders/answerexec.h"
#include "responders/answermonitor.h"
#include "responders/answerfile.h"
#include "responders/answerpage.h"
#include "responders/answertext.h"

static const struct responder_kind *const kinds[] = { &responder_text, &responder_file,
	&responder_page, &responder_echo, &responder_exec, &responder_connect,
	&responder_metrics, &responder_status, &responder_agent };

struct responder {
	const struct responder_kind *kind;
	void *prepared;
};

const char *
responder_kind_name(int index)
{
	return index < (int)(sizeof kinds / sizeof kinds[0]) ? kinds[index]->name
	                                                     : NULL;
}

int
responder_kind_of_key(const char *key)
{
	for (int i = 0; responder_kind_name(i) != NULL; i++)
		if (strcmp(kinds[i]->name, key) == 0 && responder_kind_reads(i, key))
			return i;
	return -1;
}

bool
responder_kind_reads(int index, const char *key)
{
	const char *keys = kinds[index]->keys;
	size_t length = strlen(key);

	while (keys != NULL && keys[0] != '\0') {
		size_t word = strcspn(keys, " ");
		if (word == length && strncmp(keys, key, length) == 0)
			return true;
		keys += word + strspn(keys + word, " ");
	}
	return false;
}

int
responder_reader_of(const char *key)
{
	for (int i = 0; responder_kind_name(i) != NULL; i++)
		if (responder_kind_reads(i, key))
			return i;
	return -1;
}

bool
responder_kind_runs_programs(int index)
{
	return kinds[index]->runs_programs;
}

bool
responder_kind_lasts(int index)
{
	return kinds[index]->lasts;
}

unsigned
responder_kind_descriptors(int index)
{
	return kinds[index]->descriptors;
}

struct responder *
responder_new(const struct responder_settings *settings, struct findings *findings)
{
	const struct responder_kind *kind = kinds[settings->kind];
	void *prepared = kind->prepare(settings, findings);

	if (prepared == NULL)
		return NULL;
	struct responder *responder = memory_new(sizeof *responder);
	*responder = (struct responder){ .kind = kind, .prepared = prepared };
	return responder;
}

void
responder_free(struct responder *responder)
{
	if (responder == NULL)
		return;
	responder->kind->release(responder->prepared);
	free(responder);
}

void
responder_warn(const struct responder *responder, struct findings *findings)
{
	if (responder->kind->warn != NULL)
		responder->kind->warn(responder->prepared, findings);
}

void
responder_show(struct responder *responder, const struct monitor *monitor)
{
	if (responder->kind->show != NULL)
		responder->kind->show(responder->prepared, monitor);
}

bool
responder_occupies(const struct responder *responder)
{
	return responder->kind->occupies;
}

int
responder_answer(
    const struct responder *responder, struct session *session, struct cursor *cursor)
{
	return responder->kind->answer(responder->prepared, session, cursor);
}

void
responder_abandon(const struct responder *responder, struct cursor *cursor)
{
	if (cursor->fd >= 0)
		close(cursor->fd);
	if (cursor->state != NULL)
		responder->kind->abandon(cursor->state);
}

bool
responder_tells_of_server(const struct responder *responder)
{
	return responder->kind->show != NULL;
}

bool
responder_blocks(const struct responder *responder)
{
	return responder->kind->blocks;
}

bool
responder_is_constant(const struct responder *responder)
{
	return responder->kind->constant;
}
