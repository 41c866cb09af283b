/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_TEXT_H
#define TLSD_BASE_TEXT_TEXT_H

/* Converts text to values and back: numbers, durations, sizes, escapes. Pure functions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the text after a byte order mark of UTF-8, or `text` itself if it has none. */
const char *text_skip_mark(const char *text);

/* Parses a whole decimal number within [min, max]. Returns 0, or -1 for anything else. */
int text_parse_number(const char *text, int64_t min, int64_t max, int64_t *number);

/*
 * Parses a duration: a whole number and a unit, "500ms", "30s", "5m", "2h", "7d"; a bare number
 * is in seconds. Fills in milliseconds. Returns 0 or -1.
 */
int text_parse_duration(const char *text, int64_t *ms);

/* Parses a size: "4096", "64k", "1m", "2g" (powers of 1,024), in bytes. Returns 0 or -1. */
int text_parse_size(const char *text, int64_t *bytes);

/* Returns the ending of a noun after the number `n`: "" for 1, "s" for others. */
const char *text_plural(uint64_t n);

/* Parses "yes", "no", and "true", "on", "1" with their opposites, in any case. Returns 0 or -1. */
int text_parse_bool(const char *text, bool *value);

/*
 * Decodes the escapes \n \r \t \\ and \xHH. Returns memory that the caller frees, with `*size`
 * bytes (possibly NULs) and another NUL after them; or NULL with `*wrong` pointing at a
 * backslash that does not start an escape.
 */
char *text_unescape(const char *text, size_t *size, const char **wrong);

/*
 * Copies `size` bytes to `out` so that they are safe in a log: printable ASCII except the
 * backslash unchanged, the rest as \xHH. Always terminated; ends in "..." if cut. Returns
 * `out`. `room` is at least 8.
 */
char *text_escape(char *out, size_t room, const void *bytes, size_t size);

/* Escapes as text_escape() does, and spaces too, so that the result is one word. */
char *text_escape_word(char *out, size_t room, const void *bytes, size_t size);

/*
 * Does what text_escape() does, but copies the UTF-8 characters that utf8_is_printable()
 * accepts: for people's names, which are not all ASCII.
 */
char *text_escape_name(char *out, size_t room, const void *bytes, size_t size);

/*
 * Copies the `size` bytes of a distinguished name (RFC 4514) to `out` so that they are safe in
 * a log and still that name. A byte of a character that text_escape_name() escapes becomes \HH
 * (RFC 4514, 2.4), and backslashes stay. Always terminated; ends in "..." if cut, but never
 * within an escape. Returns `out`. `room` is at least 8.
 */
char *text_escape_dn(char *out, size_t room, const void *bytes, size_t size);

/* Decodes the \HH in a name from text_escape_dn(), which stays a name of RFC 4514: its other
 * escapes stay. Returns memory that the caller frees, with `*size` bytes. */
char *text_unescape_dn(const char *name, size_t *size);

#endif
