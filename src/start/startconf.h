/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_STARTCONF_H
#define TLSD_START_STARTCONF_H

/* The configuration at a start, before there is a server. */

#include <stdbool.h>

struct conf_process;
struct findings;
struct privileges;
struct snapshot;

/*
 * Looks up the user, changes the root folder and reads the configuration. The user comes first
 * because the new root may lack the user database. Returns a snapshot, which snapshot_drop()
 * frees, or NULL after an error. Sets `*inside` to the path of the configuration from then on,
 * which the caller frees.
 */
struct snapshot *startconf_load(const char *path, char **inside,
    struct privileges *privileges, struct findings *findings);

/* True if the configuration at `path` asks for a daemon. It is unchecked here: startconf_load()
 * reports its errors. */
bool startconf_asks_for_daemon(const char *path);

/* True if this process opens a control socket. In the foreground, without a service manager,
 * only an explicit control-socket is opened, because several processes may run there. */
bool startconf_has_control(const struct conf_process *conf, bool service);

#endif
