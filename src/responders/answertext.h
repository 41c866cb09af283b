/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERTEXT_H
#define TLSD_RESPONDERS_ANSWERTEXT_H

/* respond = text: sends the bytes of the key `text`, with its escapes replaced. */

#include <stddef.h>

#include "responders/kind.h"

struct findings;

/* Returns the bytes of the key `text` with its escapes replaced, and their number in `*size`;
 * free(3) frees them. Returns NULL after an error in `findings`. */
char *answertext_bytes(
    const struct responder_settings *settings, size_t *size, struct findings *findings);

extern const struct responder_kind responder_text;

#endif
