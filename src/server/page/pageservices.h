/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PAGE_PAGESERVICES_H
#define TLSD_SERVER_PAGE_PAGESERVICES_H

/* The services on the page for browsers. Any thread. */

#include <stdio.h>

struct serverinfo;
struct snapshot;

/* Prints a table of the services in `snapshot`, the first hundred at most. */
void pageservices_print(
    const struct serverinfo *serverinfo, const struct snapshot *snapshot, FILE *out);

#endif
