/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERFILE_H
#define TLSD_RESPONDERS_ANSWERFILE_H

/*
 * respond = file: streams the file that the key `file` names. It is opened afresh for each
 * connection, so it may change, and may be of any size.
 */

#include "responders/kind.h"

struct findings;
struct session;

/* Returns a copy of the path in the key `file`, after checking that the file can be read now;
 * free(3) frees it. Returns NULL after an error in `findings`. */
char *answerfile_path(
    const struct responder_settings *settings, struct findings *findings);

/* Opens the file at `path` as cursor->fd. Returns 0, -1 with a failure, or SESSION_PARKED while
 * descriptors are short. */
int answerfile_begin(const char *path, struct session *session, struct cursor *cursor);

extern const struct responder_kind responder_file;

#endif
