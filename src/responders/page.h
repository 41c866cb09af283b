/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_PAGE_H
#define TLSD_RESPONDERS_PAGE_H

/*
 * respond = page: one page for browsers and other clients of HTTP (http.h). Whatever the path,
 * a request gets the bytes of `file`, opened afresh for each request, or of `text` where there is
 * no `file`, with the media type in `content-type`.
 */

#include "responders/responder.h"

extern const struct responder_kind responder_page;

#endif
