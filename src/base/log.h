/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_H
#define TLSD_BASE_LOG_H

/*
 * The daemon's log: one line an event, one write(2) a line, to standard error, a file or
 * syslog. A line starts with its subject, is lower case and has no full stop; bytes from a
 * peer are escaped by text_escape() before they get here. errno is left as it was, and
 * `%m` in a format prints it. Knows libc only; any thread may log.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR, /* the server cannot do what it was told to */
	LOG_LEVEL_WARNING, /* it goes on, but somebody should look */
	LOG_LEVEL_NOTICE, /* start, reload, stop */
	LOG_LEVEL_INFO, /* one line for each connection */
	LOG_LEVEL_DEBUG
};

struct log_settings {
	enum log_level level;
	const char *file; /* NULL or "" for standard error, unless syslog is set */
	bool syslog;
	int facility; /* LOG_DAEMON and its like, syslog(3) */
};

/*
 * Starts logging as `settings` say, in place of what was there; until the first call lines
 * go to standard error at LOG_LEVEL_NOTICE. Returns 0, or -1 with errno when the file
 * cannot be opened, and then nothing has changed. Main thread.
 */
int log_open(const struct log_settings *settings);

/* Opens the log file again by its name, after logrotate(8) moved it. 0, or -1 with errno
 * and the old file still in use. Main thread. */
int log_reopen(void);

/* Closes the log; lines go to standard error again. No other thread may log. */
void log_close(void);

/* Another level, until log_open() says otherwise. Main thread. */
void log_set_level(enum log_level level);

/* True when lines of `level` are written: lets a caller skip the formatting. */
bool log_wants(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many lines could not be written, since the start. Any thread. */
uint64_t log_lost(void);

/* The word for a level, as `log-level` takes it. */
const char *log_level_name(enum log_level level);

#endif
