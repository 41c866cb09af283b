/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_MEDIATYPE_H
#define TLSD_RESPONDERS_MEDIATYPE_H

/* The choice of a media type by a client. */

#include <stdbool.h>
#include <stddef.h>

/*
 * True if a field "Accept" in the `size` bytes of a request's head names the media type itself,
 * such as "text/html", with a weight above 0: RFC 9110, 12.5.1. A range such as text/ or any type
 * does not name it, because programs send that too. Parameters other than the weight are ignored.
 * Pure function.
 */
bool mediatype_is_named(const char *head, size_t size, const char *type);

#endif
