/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERPAGE_H
#define TLSD_RESPONDERS_ANSWERPAGE_H

/*
 * respond = page: one page for browsers and other HTTP clients (http.h), regardless of the
 * path. The body is `file`, opened afresh for each request, or `text` if `file` is not set. Its
 * media type is `content-type`.
 */

#include "responders/kind.h"

extern const struct responder_kind responder_page;

#endif
