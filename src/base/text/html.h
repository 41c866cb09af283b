/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_HTML_H
#define TLSD_BASE_TEXT_HTML_H

/* Text in HTML. */

#include <stdio.h>

/*
 * Prints `text` so that a browser shows it and finds no markup in it. The characters & < > " and
 * ' become references. Bytes that are not UTF-8, and characters that utf8_is_printable() does not
 * accept, become U+FFFD. The result is safe as content and as a quoted attribute, but neither in
 * a script nor in a style. Errors are those of `out`. Any thread.
 */
void html_print(FILE *out, const char *text);

#endif
