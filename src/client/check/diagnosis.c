/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The results of an examination, and their output. */
#include "client/check/diagnosis.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/text/json.h"
#include "base/memory/memory.h"
#include "base/text/terminal.h"
#include "base/text/text.h"
#include "base/text/wrap.h"

enum { HANG = 24 }; /* where the texts of symptoms begin */

void
diagnosis_add(struct diagnosis *diagnosis, enum severity severity, const char *topic,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	diagnosis->symptoms = memory_resize(
	    diagnosis->symptoms, (diagnosis->count + 1) * sizeof *diagnosis->symptoms);
	diagnosis->symptoms[diagnosis->count++] = (struct symptom){ severity, topic,
		text, remedy != NULL ? memory_copy(remedy) : NULL };
}

void
diagnosis_fini(struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++) {
		free(diagnosis->symptoms[i].text);
		free(diagnosis->symptoms[i].remedy);
	}
	free(diagnosis->symptoms);
	diagnosis->symptoms = NULL;
	diagnosis->count = 0;
}

static size_t
count_symptoms(const struct diagnosis *diagnosis, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < diagnosis->count; i++)
		n += diagnosis->symptoms[i].severity == severity;
	return n;
}

int
diagnosis_status(const struct diagnosis *diagnosis)
{
	if (count_symptoms(diagnosis, SEVERITY_FAIL) > 0)
		return 2;
	return count_symptoms(diagnosis, SEVERITY_WARNING) > 0 ? 1 : 0;
}

static const char *
status_name(const struct diagnosis *diagnosis)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL" };

	return names[diagnosis_status(diagnosis)];
}

static const char *
severity_name(enum severity severity)
{
	static const char *const names[] = { "ok", "note", "warning", "fail" };

	return names[severity];
}

/* Returns the worst result, the first of its severity. It goes into the one line of a pager. */
static const struct symptom *
find_worst(const struct diagnosis *diagnosis)
{
	const struct symptom *worst = &diagnosis->symptoms[0];
	for (size_t i = 1; i < diagnosis->count; i++)
		if (diagnosis->symptoms[i].severity > worst->severity)
			worst = &diagnosis->symptoms[i];
	return worst;
}

/* Returns the verdict, which the caller frees. */
static char *
sum_up(const struct diagnosis *diagnosis)
{
	bool well = diagnosis_status(diagnosis) == 0;
	size_t warnings = count_symptoms(diagnosis, SEVERITY_WARNING);
	size_t notes = count_symptoms(diagnosis, SEVERITY_NOTE);

	return memory_format(
	    "TLS %s - %s: %zu failed, %zu warning%s, %zu note%s%s%s%s%s",
	    status_name(diagnosis), diagnosis->target,
	    count_symptoms(diagnosis, SEVERITY_FAIL), warnings, text_plural(warnings),
	    notes, text_plural(notes), well ? "" : "; ",
	    well ? "" : find_worst(diagnosis)->topic, well ? "" : ": ",
	    well ? "" : find_worst(diagnosis)->text);
}

void
diagnosis_print(const struct diagnosis *diagnosis, bool quiet, FILE *out)
{
	char *verdict = sum_up(diagnosis);

	fprintf(out, "%s\n", verdict);
	free(verdict);
	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct symptom *symptom = &diagnosis->symptoms[i];
		if (quiet && symptom->severity < SEVERITY_WARNING)
			continue;
		fprintf(out, "%-8s %-14s %s\n", severity_name(symptom->severity),
		    symptom->topic, symptom->text);
		if (symptom->remedy != NULL)
			fprintf(out, "%23s > %s\n", "", symptom->remedy);
	}
}

/* The terminal that shows a diagnosis. */
struct show {
	size_t width;
	bool colours;
	FILE *out;
};

static const char *
ink_of(const struct show *show, enum severity severity)
{
	static const char *const inks[] = { TERMINAL_GREEN, TERMINAL_CYAN,
		TERMINAL_YELLOW, TERMINAL_RED };

	return show->colours ? inks[severity] : "";
}

static void
show_symptom(const struct show *show, const struct symptom *symptom)
{
	wrap_format(show->out, show->width, HANG, "%s%-8s%s %-14s %s",
	    ink_of(show, symptom->severity), severity_name(symptom->severity),
	    show->colours ? TERMINAL_PLAIN : "", symptom->topic, symptom->text);
	if (symptom->remedy != NULL)
		wrap_format(show->out, show->width, HANG + 2, "%*s> %s", HANG, "",
		    symptom->remedy);
}

static void
show_group(
    const struct show *show, const struct diagnosis *diagnosis, enum severity severity)
{
	if (count_symptoms(diagnosis, severity) > 0)
		fputc('\n', show->out);
	for (size_t i = 0; i < diagnosis->count; i++)
		if (diagnosis->symptoms[i].severity == severity)
			show_symptom(show, &diagnosis->symptoms[i]);
}

void
diagnosis_show(const struct diagnosis *diagnosis, bool quiet, size_t width,
    bool colours, FILE *out)
{
	const struct show show = { .width = width, .colours = colours, .out = out };
	enum severity worst_one =
	    diagnosis->count > 0 ? find_worst(diagnosis)->severity : SEVERITY_OK;
	char *verdict = sum_up(diagnosis);

	wrap_format(out, width, 4, "%s%s%s", ink_of(&show, worst_one), verdict,
	    colours ? TERMINAL_PLAIN : "");
	free(verdict);
	show_group(&show, diagnosis, SEVERITY_FAIL);
	show_group(&show, diagnosis, SEVERITY_WARNING);
	if (quiet)
		return;
	show_group(&show, diagnosis, SEVERITY_NOTE);
	show_group(&show, diagnosis, SEVERITY_OK);
}

static void
put_symptom(struct json *json, const struct symptom *symptom)
{
	json_open_object(json, NULL);
	json_text(json, "verdict", severity_name(symptom->severity));
	json_text(json, "topic", symptom->topic);
	json_text(json, "text", symptom->text);
	if (symptom->remedy != NULL)
		json_text(json, "remedy", symptom->remedy);
	json_close(json);
}

void
diagnosis_print_json(const struct diagnosis *diagnosis, bool quiet, FILE *out)
{
	struct json json;

	json_init(&json, JSON_PAGE);
	json_open_object(&json, NULL);
	json_text(&json, "target", diagnosis->target);
	json_text(&json, "verdict", status_name(diagnosis));
	json_integer(&json, "status", diagnosis_status(diagnosis));
	json_integer(
	    &json, "failed", (int64_t)count_symptoms(diagnosis, SEVERITY_FAIL));
	json_integer(
	    &json, "warnings", (int64_t)count_symptoms(diagnosis, SEVERITY_WARNING));
	json_integer(&json, "notes", (int64_t)count_symptoms(diagnosis, SEVERITY_NOTE));
	json_open_array(&json, "checks");
	for (size_t i = 0; i < diagnosis->count; i++)
		if (!quiet || diagnosis->symptoms[i].severity >= SEVERITY_WARNING)
			put_symptom(&json, &diagnosis->symptoms[i]);
	json_close(&json);
	json_close(&json);
	char *text = json_finish(&json);
	fputs(text, out);
	free(text);
}
