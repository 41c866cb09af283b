/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FINDINGS_H
#define TLSD_BASE_FINDINGS_H

/*
 * What was found wrong, or remarkable, while something was read: a list that grows, so that
 * one run can tell everything, and each thing once. Modules that parse and load fill it and
 * never log; whoever asked decides where it goes. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

enum finding_kind {
	FINDING_WARNING, /* works, but somebody should look */
	FINDING_ERROR /* cannot be used as it is */
};

struct finding {
	enum finding_kind kind;
	char *text; /* one line, no full stop, names file, line or key and the remedy */
};

struct findings {
	struct finding *items;
	size_t count;
	size_t errors; /* how many of them are errors */
};

/* Makes an empty list in the caller's storage. */
void findings_init(struct findings *findings);

/* Frees the texts; the list is empty and usable again afterwards. */
void findings_fini(struct findings *findings);

/* Adds an error. Aborts when memory is exhausted. */
void findings_error(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a warning. Aborts when memory is exhausted. */
void findings_warning(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds one of the kind of `like`, for who passes findings on with other words. */
void findings_add(struct findings *findings, const struct finding *like,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Moves all of `from` to the end of `to`, each behind "KEY: "; `from` is empty afterwards. */
void findings_move(struct findings *to, struct findings *from, const char *key);

/* Makes warnings of all errors. */
void findings_soften(struct findings *findings);

/* Writes all to the log, each behind `prefix`, which may be "". */
void findings_log(const struct findings *findings, const char *prefix);

#endif
