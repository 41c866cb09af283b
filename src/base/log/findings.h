/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_FINDINGS_H
#define TLSD_BASE_LOG_FINDINGS_H

/*
 * Errors and warnings found while something was read: a list that grows, so that one run can
 * report everything, each problem once. Modules that parse and load fill it and never log;
 * their caller decides where it goes. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

enum finding_kind {
	FINDING_WARNING, /* works, but the administrator should look */
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

/* Frees the texts; afterwards the list is empty and usable again. */
void findings_fini(struct findings *findings);

/* Adds an error. Aborts when memory is exhausted. */
void findings_error(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds the error that file_read() could not read the file, for its errno `error`. */
void findings_read_error(struct findings *findings, const char *path, int error);

/* Adds a warning. Aborts when memory is exhausted. */
void findings_warning(struct findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a finding of the kind of `like`, for callers that pass findings on with other words. */
void findings_add(struct findings *findings, const struct finding *like,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Moves all of `from` to the end of `to`, each after "KEY: "; `from` is empty afterwards. */
void findings_move(struct findings *to, struct findings *from, const char *key);

/* Adds copies of all of `from` to the end of `to`. */
void findings_copy(struct findings *to, const struct findings *from);

/* Turns all errors into warnings. */
void findings_soften(struct findings *findings);

/* Writes all findings to the log, each after `prefix`, which may be "". */
void findings_log(const struct findings *findings, const char *prefix);

#endif
