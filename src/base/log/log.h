/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_LOG_H
#define TLSD_BASE_LOG_LOG_H

/*
 * The daemon's log: one line for each event, to standard error, a file or syslog, as text or as
 * JSON. A line starts with its subject, is lower case and has no full stop. Bytes from a peer
 * are escaped by text_escape() before they get here. errno is preserved, and `%m` in a format
 * prints it. Any thread may log.
 *
 * Once the log is open, a separate thread writes it, so that logging does not wait for a disk,
 * a pipe or syslogd. A line is lost if a megabyte of others is waiting, or if it cannot be
 * written. Lost lines are counted, and the log reports them when writing works again.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log/logline.h"
#include "base/log/loglevel.h"

struct log_settings {
	enum log_level level;
	enum log_format format;
	const char *file; /* NULL or "" for standard error, unless syslog is set */
	bool syslog;
	int facility; /* LOG_DAEMON and its like, syslog(3) */
};

/*
 * Starts logging according to `settings`, instead of the previous log. Until the first call,
 * lines go to standard error at LOG_LEVEL_NOTICE, written by the thread that logs. The first
 * call starts the log's thread, with the privileges of the caller. Returns 0, or -1 with errno
 * if the file cannot be opened, or EAGAIN if the system does not give a thread; then nothing
 * has changed. Main thread.
 */
int log_open(const struct log_settings *settings);

/* Opens the log file again by its name, after logrotate(8) moved it. Returns 0, or -1 with
 * errno and the old file still in use. Main thread. */
int log_reopen(void);

/* Waits until all lines logged so far are written, for a second at most. */
void log_flush(void);

/* Writes the remaining lines, for five seconds at most, and closes the log; lines go to
 * standard error again. No other thread may log. */
void log_close(void);

/* Sets another level, until the next log_open(). Main thread. */
void log_set_level(enum log_level level);

/* True if lines of `level` are written: lets a caller skip the formatting. */
bool log_wants(enum log_level level);

void log_at(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs a line of fields, for frequent events: it may be written together with others that come
 * within a hundredth of a second. */
void log_fields(enum log_level level, const struct log_field *fields, size_t count);

/* Returns how many lines were lost since the start. Any thread. */
uint64_t log_lost(void);

#endif
