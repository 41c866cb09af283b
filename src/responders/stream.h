/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_STREAM_H
#define TLSD_RESPONDERS_STREAM_H

/* Answers that are completely in memory, or in a file. */

#include <stddef.h>

struct session;

/* Writes the rest of `size` bytes after the first `*done`, and advances `*done`. Returns 0, or
 * -1 with the failure kept in the session. After SESSION_PARKED call it again. */
int stream_write(struct session *session, const char *bytes, size_t size, size_t *done);

/* Writes the next `*left` bytes of the file `fd`, called `path` in reasons, or fewer if it ends
 * before. Subtracts them from `*left`. Returns as stream_write() does. */
int stream_file(struct session *session, int fd, const char *path, size_t *left);

#endif
