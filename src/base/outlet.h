/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_OUTLET_H
#define TLSD_BASE_OUTLET_H

/*
 * A place where lines go: a descriptor, or the socket of syslogd. It is counted, so that
 * another may take its place while somebody still writes there. Writing takes as long as it
 * takes; one thread at a time writes. It never logs.
 */

#include <stddef.h>

struct outlet;

/* Appends to the file `path`, made with the rights 0640 if there is none. Shares the open file
 * instead where outlet_descriptor() knows one. NULL with errno: what open(2) said, ENXIO for a
 * pipe without a reader, EBADF for a descriptor that is not open. */
struct outlet *outlet_open_file(const char *path);

/* Returns the number of this process's descriptor that `path` stands for, itself or by symbolic
 * links: 1 for /dev/stdout, 5 for /dev/fd/5 or /proc/self/fd/5. It may not be open. -1 if
 * `path` is of another kind. */
int outlet_descriptor(const char *path);

/* Standard error, which stays open. */
struct outlet *outlet_standard_error(void);

/*
 * The socket of syslogd at `path`, by datagrams. Nobody needs to listen there yet: each line
 * tries again.
 */
struct outlet *outlet_open_syslog(const char *path);

struct outlet *outlet_take(struct outlet *outlet);
void outlet_drop(struct outlet *outlet);

/*
 * Writes whole lines, each with its newline; to syslogd without it. Returns how many of them
 * could not be written. A line of which a part is in a file is ended there, before the next.
 */
size_t outlet_write(struct outlet *outlet, const char *lines, size_t size);

#endif
