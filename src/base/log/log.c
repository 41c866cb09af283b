/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log and its destination. */
#include "base/log/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log/journal.h"
#include "base/log/logline.h"
#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "base/log/spool.h"
#include "base/text/text.h"

#define ROOM (1024 * 1024)
#define FLUSH_MS 1000
#define CLOSE_MS 5000

/* Read without a lock by every thread, and changed by the main thread. */
static struct {
	_Atomic(struct spool *) spool; /* NULL while it is not open */
	_Atomic(int) facility;
	_Atomic(int) level;
	_Atomic(uint64_t) lost; /* lines that were not reported */
	_Atomic(uint64_t) lost_ever;
	enum logline_form form; /* only for the main thread, as the file */
	char *file;
} sink = { .level = LOG_LEVEL_NOTICE };

static void
count_lost(size_t lines)
{
	atomic_fetch_add(&sink.lost, lines);
	atomic_fetch_add(&sink.lost_ever, lines);
}

uint64_t
log_lost(void)
{
	return atomic_load_explicit(&sink.lost_ever, memory_order_relaxed);
}

static size_t
format_text(char line[LOGLINE_SIZE], int form, enum log_level level, const char *text)
{
	struct log_field field = { "message", LOG_LOOK_WORD, LOG_KIND_TEXT,
		{ .text = text } };

	return logline_format(line, (enum logline_form)form,
	    atomic_load_explicit(&sink.facility, memory_order_relaxed), level, &field,
	    1);
}

/* A full disk must not stop the server: lost lines are counted and reported later. */
static void
write_lines(struct outlet *outlet, int form, const char *lines, size_t size)
{
	char line[LOGLINE_SIZE], text[96];
	size_t lost = outlet_write(outlet, lines, size);

	if (lost > 0)
		count_lost(lost);
	if (lost > 0 || atomic_load_explicit(&sink.lost, memory_order_relaxed) == 0)
		return;
	uint64_t untold = atomic_exchange(&sink.lost, 0);
	snprintf(text, sizeof text, "log: %llu line%s could not be written",
	    (unsigned long long)untold, text_plural(untold));
	size = format_text(line, form, LOG_LEVEL_WARNING, text);
	if (outlet_write(outlet, line, size) > 0)
		atomic_fetch_add(&sink.lost, untold);
}

/* Returns the form of lines on standard error before the log is open. */
static enum logline_form
form_at_once(void)
{
	return journal_is(STDERR_FILENO) ? LOGLINE_JOURNAL : LOGLINE_TEXT;
}

/* Writes without the log's thread, for threads that log before the log is open. */
static void
write_at_once(const char *line, size_t size)
{
	struct outlet *outlet = outlet_standard_error();

	write_lines(outlet, form_at_once(), line, size);
	outlet_close(outlet);
}

static enum logline_form
form_of(const struct log_settings *settings, const struct outlet *outlet)
{
	bool is_json = settings->format == LOG_FORMAT_JSON;

	if (settings->syslog)
		return is_json ? LOGLINE_SYSLOG_JSON : LOGLINE_SYSLOG;
	if (outlet_is_journal(outlet))
		return is_json ? LOGLINE_JOURNAL_JSON : LOGLINE_JOURNAL;
	return is_json ? LOGLINE_JSON : LOGLINE_TEXT;
}

static bool
is_to_file(const struct log_settings *settings)
{
	return settings->file != NULL && settings->file[0] != '\0' && !settings->syslog;
}

static struct outlet *
open_outlet(const struct log_settings *settings)
{
	if (settings->syslog)
		return outlet_open_syslog(_PATH_LOG);
	if (is_to_file(settings))
		return outlet_open_file(settings->file);
	return outlet_standard_error();
}

/* Changes the outlet. The first call starts the thread. */
static int
use_outlet(struct outlet *outlet, enum logline_form form)
{
	struct spool *spool = atomic_load(&sink.spool);

	if (spool == NULL) {
		spool = spool_start(ROOM, write_lines, outlet, form);
		if (spool == NULL)
			return -1;
		atomic_store(&sink.spool, spool);
	} else {
		spool_redirect(spool, outlet, form, deadline_in(FLUSH_MS));
	}
	sink.form = form;
	return 0;
}

int
log_open(const struct log_settings *settings)
{
	struct outlet *outlet = open_outlet(settings);

	if (outlet == NULL)
		return -1;
	atomic_store(&sink.facility, settings->facility);
	if (use_outlet(outlet, form_of(settings, outlet)) < 0) {
		int saved = errno;
		outlet_close(outlet);
		errno = saved;
		return -1;
	}
	atomic_store(&sink.level, settings->level);
	char *file = is_to_file(settings) ? memory_copy(settings->file) : NULL;
	free(sink.file);
	sink.file = file;
	return 0;
}

int
log_reopen(void)
{
	if (sink.file == NULL)
		return 0;
	struct outlet *outlet = outlet_open_file(sink.file);
	if (outlet == NULL)
		return -1;
	return use_outlet(outlet, sink.form);
}

void
log_flush(void)
{
	struct spool *spool = atomic_load(&sink.spool);

	if (spool != NULL)
		spool_flush(spool, deadline_in(FLUSH_MS));
}

void
log_close(void)
{
	struct spool *spool = atomic_exchange(&sink.spool, NULL);

	if (spool != NULL)
		spool_stop(spool, deadline_in(CLOSE_MS));
	free(sink.file);
	sink.file = NULL;
}

void
log_set_level(enum log_level level)
{
	atomic_store(&sink.level, level);
}

bool
log_wants(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&sink.level, memory_order_relaxed);
}

typedef enum spool_verdict put_line(
    struct spool *spool, int form, const char *line, size_t size);

/* Formats a line for the log's outlet and puts it. */
static enum spool_verdict
pass_on(
    enum log_level level, const struct log_field *fields, size_t count, put_line *put)
{
	struct spool *spool = atomic_load(&sink.spool);
	int form = spool != NULL ? spool_form(spool) : (int)form_at_once();
	char line[LOGLINE_SIZE];
	size_t size = logline_format(line, (enum logline_form)form,
	    atomic_load(&sink.facility), level, fields, count);

	if (spool != NULL)
		return put(spool, form, line, size);
	write_at_once(line, size);
	return SPOOL_TAKEN;
}

static void
log_with(
    enum log_level level, const struct log_field *fields, size_t count, put_line *put)
{
	int saved = errno;
	enum spool_verdict verdict;

	if (!log_wants(level))
		return;
	do
		verdict = pass_on(level, fields, count, put);
	while (verdict == SPOOL_OTHER_FORM); /* a reload has changed it meanwhile */
	if (verdict == SPOOL_FULL)
		count_lost(1);
	errno = saved;
}

void
log_fields(enum log_level level, const struct log_field *fields, size_t count)
{
	log_with(level, fields, count, spool_put);
}

/* Messages are rare, and a reader may wait for them, so they are urgent. */
static void __attribute__((format(printf, 2, 0)))
log_line(enum log_level level, const char *format, va_list args)
{
	int saved = errno;
	char text[LOGLINE_SIZE];
	struct log_field field = { "message", LOG_LOOK_WORD, LOG_KIND_TEXT,
		{ .text = text } };

	if (!log_wants(level))
		return;
	vsnprintf(text, sizeof text, format, args);
	log_with(level, &field, 1, spool_put_urgent);
	errno = saved;
}

void
log_at(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(level, format, args);
	va_end(args);
}

#define DEFINE_LOG(name, level)                \
	void name(const char *format, ...)     \
	{                                      \
		va_list args;                  \
                                               \
		va_start(args, format);        \
		log_line(level, format, args); \
		va_end(args);                  \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_notice, LOG_LEVEL_NOTICE)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)
