/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_UTF8_H
#define TLSD_BASE_TEXT_UTF8_H

/* Characters of UTF-8 (RFC 3629). Pure functions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character (RFC 3629, 4) from the `left` > 0 bytes at `bytes`. Returns its length, or
 * 0 if they do not begin with one. */
size_t utf8_read(const unsigned char *bytes, size_t left, uint32_t *character);

/* True if the character is visible as itself. Controls, blanks other than U+0020, invisible
 * characters and marks of direction are not. */
bool utf8_is_printable(uint32_t character);

#endif
