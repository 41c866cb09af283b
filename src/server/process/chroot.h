/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_PROCESS_CHROOT_H
#define TLSD_SERVER_PROCESS_CHROOT_H

/*
 * Changes the root folder, chroot(2). Everything that a reload reads must be in the new root. So
 * the process enters it before it reads anything for good, and the paths in the configuration are
 * those inside. Main thread.
 */

struct findings;

/*
 * Makes `folder` the root; "" changes nothing. Returns the path inside of the configuration at
 * `path`, which the caller frees; NULL after an error in `findings`, whose text starts with the
 * key.
 */
char *chroot_enter(const char *folder, const char *path, struct findings *findings);

/* Returns the outside path of `path`, which is in the configuration of a process whose root is
 * `folder`. `folder` may be "". The caller frees it. */
char *chroot_outside(const char *folder, const char *path);

#endif
