/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: lines to standard error, a file or syslog. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define LINE_SIZE 2048

/*
 * The descriptor is read without a lock by every thread. It never changes its number while
 * the log is open: reopening uses dup3(2), which swaps the file behind it atomically.
 */
static struct {
	_Atomic(int) fd;
	_Atomic(int) level;
	_Atomic(bool) syslog;
	_Atomic(unsigned long)
	    lost; /* lines that could not be written, and were not told of */
	_Atomic(uint64_t) lost_ever;
	char *file;
} sink = { .fd = STDERR_FILENO, .level = LOG_LEVEL_NOTICE };

static const struct {
	const char *name;
	int priority; /* syslog(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LOG_LEVEL_NOTICE] = { "notice", LOG_NOTICE },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

const char *
log_level_name(enum log_level level)
{
	return levels[level].name;
}

static int
open_file(const char *file)
{
	return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

static void
use_standard_error(void)
{
	int old = atomic_exchange(&sink.fd, STDERR_FILENO);

	if (old != STDERR_FILENO)
		close(old);
	free(sink.file);
	sink.file = NULL;
}

static int
use_file(const char *file)
{
	int fd = open_file(file);

	if (fd < 0)
		return -1;
	if (atomic_load(&sink.fd) == STDERR_FILENO) {
		atomic_store(&sink.fd, fd);
	} else {
		dup3(fd, atomic_load(&sink.fd), O_CLOEXEC);
		close(fd);
	}
	char *copy = memory_copy(file);
	free(sink.file);
	sink.file = copy;
	return 0;
}

int
log_open(const struct log_settings *settings)
{
	bool to_file = settings->file != NULL && settings->file[0] != '\0';

	if (to_file && use_file(settings->file) < 0)
		return -1;
	if (!to_file)
		use_standard_error();
	if (settings->syslog)
		openlog("tlsd", LOG_PID | LOG_NDELAY, settings->facility);
	atomic_store(&sink.syslog, settings->syslog);
	atomic_store(&sink.level, settings->level);
	return 0;
}

int
log_reopen(void)
{
	if (sink.file == NULL)
		return 0;
	char *file = memory_copy(sink.file);
	int result = use_file(file);
	free(file);
	return result;
}

void
log_close(void)
{
	if (atomic_exchange(&sink.syslog, false))
		closelog();
	use_standard_error();
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

uint64_t
log_lost(void)
{
	return atomic_load_explicit(&sink.lost_ever, memory_order_relaxed);
}

/* "2026-11-23T18:45:06.123Z tlsd[4711]: " */
static size_t
put_stamp(char *line, size_t size)
{
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t length = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
	length += (size_t)snprintf(line + length, size - length,
	    ".%03ldZ tlsd[%ld]: ", now.tv_nsec / 1000000, (long)getpid());
	return length;
}

/* A full disk must not stop the server: the line is lost, counted, and told of later. */
static void
write_line(const char *line, size_t length)
{
	int fd = atomic_load_explicit(&sink.fd, memory_order_relaxed);

	if (write(fd, line, length) != (ssize_t)length) {
		atomic_fetch_add(&sink.lost, 1);
		atomic_fetch_add(&sink.lost_ever, 1);
		return;
	}
	if (atomic_load_explicit(&sink.lost, memory_order_relaxed) == 0)
		return;
	unsigned long lost = atomic_exchange(&sink.lost, 0);
	char note[128];
	size_t n = put_stamp(note, sizeof note);
	n += (size_t)snprintf(note + n, sizeof note - n,
	    "warning: log: %lu lines could not be written\n", lost);
	if (lost > 0 && write(fd, note, n) != (ssize_t)n)
		atomic_fetch_add(&sink.lost, lost);
}

static void __attribute__((format(printf, 2, 0)))
log_line(enum log_level level, const char *format, va_list args)
{
	int saved = errno;
	char line[LINE_SIZE];

	if (!log_wants(level))
		return;
	if (atomic_load(&sink.syslog)) {
		vsyslog(levels[level].priority, format, args);
		errno = saved;
		return;
	}
	size_t length = put_stamp(line, sizeof line);
	if (level != LOG_LEVEL_INFO && level != LOG_LEVEL_NOTICE)
		length += (size_t)snprintf(
		    line + length, sizeof line - length, "%s: ", levels[level].name);
	errno = saved; /* %m */
	int n = vsnprintf(line + length, sizeof line - length - 1, format, args);
	if (n > 0)
		length += (size_t)n;
	if (length > sizeof line - 2)
		length = sizeof line - 2;
	line[length++] = '\n';
	write_line(line, length);
	errno = saved;
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
