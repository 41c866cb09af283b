/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_SHORTAGE_H
#define TLSD_BASE_SHORTAGE_H

/*
 * What this machine or this process has run out of, told from what somebody else did wrong:
 * a backend is not bad because we have no descriptor for it. Any thread.
 */

#include <stdbool.h>

/* Whether `error`, an errno, says that memory, descriptors or ports have run out. */
bool shortage_is_cause(int error);

/* Whether it says that of descriptors, this process's or the machine's. */
bool shortage_is_of_descriptors(int error);

/* Notes for this thread that something ran out, so that what it makes is not to be
 * trusted; `errno` stays as it is. */
void shortage_note(void);

/* The same if `error` says so. */
void shortage_note_cause(int error);

/* Whether something ran out in this thread since it last forgot that. */
bool shortage_is_noted(void);
void shortage_forget(void);

#endif
