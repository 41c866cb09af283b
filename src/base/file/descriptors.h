/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_DESCRIPTORS_H
#define TLSD_DESCRIPTORS_H

/* The descriptors of this process. */

/*
 * Closes all descriptors above standard error, except `kept`. Async-signal-safe. A child of
 * vfork(2) has a table of its own, so it closes none of its parent's.
 */
void descriptors_close_except(int kept);

#endif
