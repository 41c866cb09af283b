/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_DIAGNOSIS_H
#define TLSD_CLIENT_DIAGNOSIS_H

/*
 * What an examination found: a line each with a verdict, and a remedy where it is not well;
 * and the verdict on the whole, as monitoring systems want it. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum severity { SEVERITY_OK, SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_FAIL };

struct symptom {
	enum severity severity;
	const char *topic; /* a word */
	char *text; /* one line, printable */
	char *remedy; /* NULL without */
};

struct diagnosis {
	const char *target;
	struct symptom *symptoms;
	size_t count;
};

/* Adds one to the list, which begins with only its target filled in. `topic` must outlive
 * it; `remedy` is NULL or one line. */
void diagnosis_add(struct diagnosis *diagnosis, enum severity severity,
    const char *topic, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void diagnosis_fini(struct diagnosis *diagnosis);

/* 0 ok (also with notes), 1 for a warning, 2 for a failure. */
int diagnosis_status(const struct diagnosis *diagnosis);

/*
 * Prints the verdict, "TLS WARNING - localhost:4433: 0 failed, 1 warning, ...", as the first line,
 * which is the one that monitoring systems show; then a line for each symptom, or with `quiet`
 * only for warnings and failures.
 */
void diagnosis_print(const struct diagnosis *diagnosis, bool quiet, FILE *out);

/* Does what diagnosis_print() does for a terminal of `width` columns: in groups, the worst first,
 * and with `colours` in those of ECMA-48. */
void diagnosis_show(const struct diagnosis *diagnosis, bool quiet, size_t width,
    bool colours, FILE *out);

/* The same content as one JSON object (RFC 8259). */
void diagnosis_print_json(const struct diagnosis *diagnosis, bool quiet, FILE *out);

#endif
