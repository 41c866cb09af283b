/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_CONF_H
#define TLSD_SERVER_CONF_CONF_H

/*
 * The configuration as it was read; conffields.h has its structs. Reading checks each value by
 * itself; its users find out whether files and addresses are usable. Main thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "server/conf/conffields.h"

/*
 * Reads `path` and the files that it includes. Adds every problem to `findings`, as "FILE:LINE:
 * KEY: problem and remedy". Returns the configuration as far as it was understood; it is usable
 * only if no error was found. conf_free() frees it.
 */
struct conf *conf_read(const char *path, struct findings *findings);
void conf_free(struct conf *conf);

/*
 * Adds each finding of `from` to `to`, with the place where the key that its text starts with was
 * set in `section`: "tlsd.ini:12: cert: ...", or "tlsd.ini: [hello]: cert: ..." if it was not
 * set. Empties `from`.
 */
void conf_locate(
    const struct conf_section *section, struct findings *from, struct findings *to);

/* Adds to `files` the path of each certificate, key and the like that a service has. */
void conf_watched_files(const struct conf *conf, struct stringlist *files);

/* Returns the names, with commas between, of the process keys that differ between the two and
 * take effect only at a start; "" if there are none. The caller frees it. */
char *conf_fixed_differences(const struct conf *old, const struct conf *new);

#endif
