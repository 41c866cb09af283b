/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_TEXT_H
#define TLSD_RESPONDERS_TEXT_H

/* respond = text: the bytes of the key `text`, its escapes undone. */

#include "responders/responder.h"

extern const struct responder_kind responder_text;

#endif
