/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_FILE_H
#define TLSD_RESPONDERS_FILE_H

/*
 * respond = file: the bytes of the file that the key `file` names, opened afresh for each
 * connection and streamed, so that it may change, and be of any size.
 */

#include "responders/responder.h"

struct findings;
struct session;

/* Returns a copy of the path in the key `file`, of a file that can be read now; free(3) frees it.
 * NULL after an error in `findings`. */
char *file_path(const struct responder_settings *settings, struct findings *findings);

/* Opens the file at `path` as cursor->fd. 0, or -1 with a failure; or SESSION_PARKED while
 * descriptors are short. */
int file_begin(const char *path, struct session *session, struct cursor *cursor);

extern const struct responder_kind responder_file;

#endif
