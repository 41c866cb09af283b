/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_H
#define TLSD_BASE_TEXT_H

/* Text to values and back: numbers, durations, sizes, escapes. Pure functions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the text after a byte order mark of UTF-8, or `text` itself if it has none. */
const char *text_skip_mark(const char *text);

/* A whole decimal number within [min, max]. 0, or -1 when it is anything else. */
int text_parse_number(const char *text, int64_t min, int64_t max, int64_t *number);

/*
 * A duration: a whole number and a unit, "500ms", "30s", "5m", "2h", "7d"; a bare number
 * is seconds. Fills in milliseconds; 0 or -1.
 */
int text_parse_duration(const char *text, int64_t *ms);

/* A size: "4096", "64k", "1m", "2g" (powers of 1,024), in bytes; 0 or -1. */
int text_parse_size(const char *text, int64_t *bytes);

/* Returns the ending of a noun after the number `n`: "" for 1, "s" for others. */
const char *text_plural(uint64_t n);

/* "yes", "no", and "true", "on", "1" with their opposites, in any case; 0 or -1. */
int text_parse_bool(const char *text, bool *value);

/*
 * Undoes the escapes \n \r \t \\ and \xHH. Returns memory that the caller frees, `*size`
 * bytes of it (NULs may be among them, one more stands behind); or NULL and `*wrong`
 * pointing at the backslash that starts no escape.
 */
char *text_unescape(const char *text, size_t *size, const char **wrong);

/*
 * Copies `size` bytes to `out` so that they are harmless in a log: printable ASCII but for
 * the backslash as it is, the rest as \xHH. Always terminated; ends in "..." if cut.
 * Returns `out`. `room` is at least 8.
 */
char *text_escape(char *out, size_t room, const void *bytes, size_t size);

/* Escapes as text_escape() does, and spaces too, so that the result is one word. */
char *text_escape_word(char *out, size_t room, const void *bytes, size_t size);

/*
 * Does what text_escape() does, but copies the characters of UTF-8 that utf8_is_printable()
 * knows: for names of people, which are not all ASCII.
 */
char *text_escape_name(char *out, size_t room, const void *bytes, size_t size);

/*
 * Copies the `size` bytes of a distinguished name in the form of RFC 4514 to `out` so that
 * they are harmless in a log and still that name: a byte of a character that text_escape_name()
 * escapes becomes \HH (RFC 4514, 2.4), and backslashes stay. Always terminated; ends in "..."
 * if cut, which it is never within an escape. Returns `out`. `room` is at least 8.
 */
char *text_escape_dn(char *out, size_t room, const void *bytes, size_t size);

/* Makes bytes of the \HH in a name by text_escape_dn(), which stays a name of RFC 4514: its
 * other escapes stay. Returns memory that the caller frees, `*size` bytes of it. */
char *text_unescape_dn(const char *name, size_t *size);

#endif
