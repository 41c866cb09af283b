/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_START_SURROUNDINGS_H
#define TLSD_START_SURROUNDINGS_H

/* The state that a process inherits from its caller: descriptors, signals, limits. */

/* Opens descriptors 0 to 2 if they are closed. A socket that got such a number would be written
 * to. */
void surroundings_fill_descriptors(void);

/* Sets the signals, the umask and the limit of open files for a server. Must be called before any
 * thread starts. */
void surroundings_set(void);

#endif
