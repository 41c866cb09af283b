/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_LOG_OUTLET_H
#define TLSD_BASE_LOG_OUTLET_H

/*
 * A destination of lines: a descriptor, or the socket of syslogd. Writing blocks. One thread at a
 * time. It never logs.
 */

#include <stdbool.h>
#include <stddef.h>

struct outlet;

/*
 * Opens the file `path` for appending, creating it with mode 0640 if necessary. If
 * outlet_descriptor() knows a descriptor for it, shares that open file instead. Returns NULL
 * with errno: an error of open(2), ENXIO for a pipe without a reader, EBADF for a descriptor
 * that is not open.
 */
struct outlet *outlet_open_file(const char *path);

/* Returns the number of this process's descriptor that `path` stands for, itself or by symbolic
 * links: 1 for /dev/stdout, 5 for /dev/fd/5 or /proc/self/fd/5. It may not be open. Returns -1
 * if `path` is of another kind. */
int outlet_descriptor(const char *path);

/* Returns an outlet for standard error, which stays open. */
struct outlet *outlet_standard_error(void);

/*
 * Returns an outlet for the datagram socket of syslogd at `path`. syslogd need not listen there
 * yet: each line tries again.
 */
struct outlet *outlet_open_syslog(const char *path);

/* True if the outlet is a stream of systemd's journal: journal_is(). */
bool outlet_is_journal(const struct outlet *outlet);

/* Accepts NULL. */
void outlet_close(struct outlet *outlet);

/*
 * Writes whole lines, each with its newline; to syslogd without it. Returns how many of them
 * could not be written. A line that was written to a file only in part is ended there, before
 * the next one.
 */
size_t outlet_write(struct outlet *outlet, const char *lines, size_t size);

#endif
