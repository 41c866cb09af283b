/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer that is a constant text. */
#include "responders/answertext.h"

#include <stdlib.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "responders/stream.h"

struct text {
	char *bytes;
	size_t size;
};

char *
answertext_bytes(
    const struct responder_settings *settings, size_t *size, struct findings *findings)
{
	const char *wrong;
	char *bytes = text_unescape(settings->text, size, &wrong);

	if (bytes == NULL)
		findings_error(findings,
		    "text: \"%.4s\" is not an escape: use \\n, \\r, \\t, \\\\ or \\xHH",
		    wrong);
	return bytes;
}

static void *
prepare_text(const struct responder_settings *settings, struct findings *findings)
{
	size_t size;
	char *bytes = answertext_bytes(settings, &size, findings);

	if (bytes == NULL)
		return NULL;
	struct text *text = memory_new(sizeof *text);
	*text = (struct text){ .bytes = bytes, .size = size };
	return text;
}

static int
answer_text(const void *prepared, struct session *session, struct cursor *cursor)
{
	const struct text *text = prepared;

	return stream_write(session, text->bytes, text->size, &cursor->offset);
}

static void
release_text(void *prepared)
{
	struct text *text = prepared;

	free(text->bytes);
	free(text);
}

const struct responder_kind responder_text = { .name = "text",
	.keys = "text",
	.constant = true,
	.prepare = prepare_text,
	.answer = answer_text,
	.release = release_text };
