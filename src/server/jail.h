/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_JAIL_H
#define TLSD_SERVER_JAIL_H

/*
 * The folder that becomes the root of all paths, chroot(2). Everything that a reload reads
 * has to be in it, so it is entered before anything is read for good, and the paths in the
 * configuration mean what they mean inside. Main thread.
 */

struct findings;

/*
 * Makes `folder` the root; "" leaves things as they are. Returns where the configuration at
 * `path` is from then on, which the caller frees; NULL after an error in `findings`, whose
 * text starts with the key.
 */
char *jail_enter(const char *folder, const char *path, struct findings *findings);

/* The path from outside of what is `path` in the configuration of a process whose root is
 * `folder`, which may be "". The caller frees it. */
char *jail_outside(const char *folder, const char *path);

#endif
