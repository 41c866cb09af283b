/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an examination found, and how it is told. */
#include "client/diagnosis.h"

#include <stdarg.h>
#include <stdlib.h>

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
	if (diagnosis->unknown)
		return 3;
	if (count(diagnosis, SEVERITY_FAIL) > 0)
		return 2;
	return count(diagnosis, SEVERITY_WARNING) > 0 ? 1 : 0;
}

static const char *
status_name(const struct diagnosis *diagnosis)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[diagnosis_status(diagnosis)];
}

static const char *
severity_name(enum severity severity)
{
	static const char *const names[] = { "ok", "note", "warning", "fail" };

	return names[severity];
}

/* The worst of all, the first of its kind: what the one line of a pager should say. */
static const struct symptom *
worst(const struct diagnosis *diagnosis)
{
	const struct symptom *worst = NULL;

	for (size_t i = 0; i < diagnosis->count; i++)
		if (worst == NULL || diagnosis->symptoms[i].severity > worst->severity)
			worst = &diagnosis->symptoms[i];
	return worst;
}

void
diagnosis_print(const struct diagnosis *diagnosis, bool quiet, FILE *out)
{
	const struct symptom *first = worst(diagnosis);

	fprintf(out, "TLS %s - %s: %zu failed, %zu warnings, %zu notes",
	    status_name(diagnosis), diagnosis->target, count(diagnosis, SEVERITY_FAIL),
	    count(diagnosis, SEVERITY_WARNING), count(diagnosis, SEVERITY_NOTE));
	if (first != NULL && first->severity > SEVERITY_NOTE)
		fprintf(out, "; %s: %s", first->topic, first->text);
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

/* A string in quotes; what is not printable ASCII as \u00XX. */
static void
put_string(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void
put_member(const char *name, const char *value, FILE *out)
{
	fprintf(out, ", \"%s\": ", name);
	put_string(value, out);
}

static void
put_symptom(const struct symptom *symptom, FILE *out)
{
	fputs("{\"verdict\": ", out);
	put_string(severity_name(symptom->severity), out);
	put_member("topic", symptom->topic, out);
	put_member("text", symptom->text, out);
	if (symptom->remedy != NULL)
		put_member("remedy", symptom->remedy, out);
	fputc('}', out);
}

void
diagnosis_print_json(const struct diagnosis *diagnosis, bool quiet, FILE *out)
{
	const char *between = "\n  ";

	fputs("{\"target\": ", out);
	put_string(diagnosis->target, out);
	put_member("verdict", status_name(diagnosis), out);
	fprintf(out,
	    ", \"status\": %d, \"failed\": %zu, \"warnings\": %zu, \"notes\": %zu,\n"
	    " \"checks\": [",
	    diagnosis_status(diagnosis), count(diagnosis, SEVERITY_FAIL),
	    count(diagnosis, SEVERITY_WARNING), count(diagnosis, SEVERITY_NOTE));
	for (size_t i = 0; i < diagnosis->count; i++) {
		if (quiet && diagnosis->symptoms[i].severity < SEVERITY_WARNING)
			continue;
		fputs(between, out);
		put_symptom(&diagnosis->symptoms[i], out);
		between = ",\n  ";
	}
	fputs("]}\n", out);
}
