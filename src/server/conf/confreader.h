/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_CONFREADER_H
#define TLSD_SERVER_CONF_CONFREADER_H

/* Reads the files of a configuration: the sections and keys that they set. Main thread. */

#include "server/conf/conffields.h"

struct findings;

/* Reads `path` and the files and folders that it includes, each once, into `conf`. Keys that are
 * not set keep their values. Adds every problem to `findings`. */
void confreader_read(struct conf *conf, const char *path, struct findings *findings);

#endif
