/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_DIAGNOSIS_H
#define TLSD_CLIENT_CHECK_DIAGNOSIS_H

/*
 * The results of an examination: a line for each check with a verdict, and a remedy if it
 * failed. The overall verdict has the form that monitoring systems expect. One thread at a
 * time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum severity { SEVERITY_OK, SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_FAIL };

struct symptom {
	enum severity severity;
	const char *topic; /* a word */
	char *text; /* one line, printable */
	char *remedy; /* or NULL */
};

struct diagnosis {
	const char *target;
	struct symptom *symptoms;
	size_t count;
};

/* Adds a result to the list. At first only `target` of the list is filled in. `topic` must
 * outlive the list; `remedy` is NULL or one line. */
void diagnosis_add(struct diagnosis *diagnosis, enum severity severity,
    const char *topic, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void diagnosis_fini(struct diagnosis *diagnosis);

/* Returns 0 for ok (also with notes), 1 for a warning, 2 for a failure. */
int diagnosis_status(const struct diagnosis *diagnosis);

/*
 * Prints the verdict, "TLS WARNING - localhost:4433: 0 failed, 1 warning, ...", as the first
 * line, which monitoring systems show. Then prints a line for each result, or with `quiet` only
 * for warnings and failures.
 */
void diagnosis_print(const struct diagnosis *diagnosis, bool quiet, FILE *out);

/* Prints the content of diagnosis_print() for a terminal of `width` columns: in groups, the
 * worst first, and with the colours of ECMA-48 if `colours` is set. */
void diagnosis_show(const struct diagnosis *diagnosis, bool quiet, size_t width,
    bool colours, FILE *out);

/* Prints the content of diagnosis_print() as one JSON object (RFC 8259). */
void diagnosis_print_json(const struct diagnosis *diagnosis, bool quiet, FILE *out);

#endif
