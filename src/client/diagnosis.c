/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an examination found, and how it is told. */
#include "client/diagnosis.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"

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
count(const struct diagnosis *diagnosis, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < diagnosis->count; i++)
		n += diagnosis->symptoms[i].severity == severity;
	return n;
}

int
diagnosis_status(const struct diagnosis *diagnosis)
{
	if (count(diagnosis, SEVERITY_FAIL) > 0)
		return 2;
	return count(diagnosis, SEVERITY_WARNING) > 0 ? 1 : 0;
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

/* The worst of one or more, the first of its kind: what the one line of a pager should say. */
static const struct symptom *
worst(const struct diagnosis *diagnosis)
{
	const struct symptom *worst = &diagnosis->symptoms[0];
	for (size_t i = 1; i < diagnosis->count; i++)
		if (diagnosis->symptoms[i].severity > worst->severity)
			worst = &diagnosis->symptoms[i];
	return worst;
}

void
diagnosis_print(const struct diagnosis *diagnosis, bool quiet, FILE *out)
{
	fprintf(out, "TLS %s - %s: %zu failed, %zu warnings, %zu notes",
	    status_name(diagnosis), diagnosis->target, count(diagnosis, SEVERITY_FAIL),
	    count(diagnosis, SEVERITY_WARNING), count(diagnosis, SEVERITY_NOTE));
	if (diagnosis_status(diagnosis) > 0)
		fprintf(
		    out, "; %s: %s", worst(diagnosis)->topic, worst(diagnosis)->text);
	fputc('\n', out);
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
	json_integer(&json, "failed", (int64_t)count(diagnosis, SEVERITY_FAIL));
	json_integer(&json, "warnings", (int64_t)count(diagnosis, SEVERITY_WARNING));
	json_integer(&json, "notes", (int64_t)count(diagnosis, SEVERITY_NOTE));
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
