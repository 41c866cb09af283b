/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERECHO_H
#define TLSD_RESPONDERS_ANSWERECHO_H

/*
 * respond = echo: sends every byte back to its client, both directions at once, until the
 * client's close_notify. A client that sends without reading is stopped once buffers are full,
 * and cut when that lasts too long.
 */

#include "responders/kind.h"

extern const struct responder_kind responder_echo;

#endif
