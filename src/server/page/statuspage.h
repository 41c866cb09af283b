/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_STATUSPAGE_H
#define TLSD_SERVER_PAGE_STATUSPAGE_H

/*
 * The page for browsers: the state of the server in HTML, with the style of statuspage.css and the
 * script of statuspage.js in it. It loads nothing but itself. Any thread.
 */

#include <stdio.h>

struct serverinfo;

/* Prints the page. Returns 0, or -1 if memory is exhausted. */
int statuspage_print(const struct serverinfo *serverinfo, FILE *out);

/* Prints the Content-Security-Policy that allows the page's style, its script and its renewal, and
 * nothing else. Returns 0, or -1 if memory is exhausted. */
int statuspage_print_policy(FILE *out);

#endif
