/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of errors and warnings, so that one run can report them all. */
#include "base/log/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/log.h"
#include "base/file/readerror.h"
#include "base/memory/memory.h"

void
findings_init(struct findings *findings)
{
	*findings = (struct findings){ 0 };
}

void
findings_fini(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->items[i].text);
	free(findings->items);
	findings_init(findings);
}

static bool
has_text(const struct findings *findings, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (strcmp(findings->items[i].text, text) == 0)
			return true;
	return false;
}

/* Takes ownership of `text`. */
static void
add_finding(struct findings *findings, enum finding_kind kind, char *text)
{
	/* A line that several services inherit is reported once. */
	if (has_text(findings, text)) {
		free(text);
		return;
	}
	findings->items = memory_resize(
	    findings->items, (findings->count + 1) * sizeof *findings->items);
	findings->items[findings->count++] =
	    (struct finding){ .kind = kind, .text = text };
	if (kind == FINDING_ERROR)
		findings->errors++;
}

void
findings_error(struct findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_finding(findings, FINDING_ERROR, memory_vformat(format, args));
	va_end(args);
}

void
findings_read_error(struct findings *findings, const char *path, int error)
{
	char *why = readerror_why(path, error);

	findings_error(findings, "%s", why);
	free(why);
}

void
findings_warning(struct findings *findings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_finding(findings, FINDING_WARNING, memory_vformat(format, args));
	va_end(args);
}

void
findings_add(
    struct findings *findings, const struct finding *like, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_finding(findings, like->kind, memory_vformat(format, args));
	va_end(args);
}

void
findings_move(struct findings *to, struct findings *from, const char *key)
{
	for (size_t i = 0; i < from->count; i++)
		findings_add(to, &from->items[i], "%s: %s", key, from->items[i].text);
	findings_fini(from);
}

void
findings_copy(struct findings *to, const struct findings *from)
{
	for (size_t i = 0; i < from->count; i++)
		findings_add(to, &from->items[i], "%s", from->items[i].text);
}

void
findings_soften(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		findings->items[i].kind = FINDING_WARNING;
	findings->errors = 0;
}

void
findings_log(const struct findings *findings, const char *prefix)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].kind == FINDING_ERROR)
			log_error("%s%s", prefix, findings->items[i].text);
		else
			log_warning("%s%s", prefix, findings->items[i].text);
}
