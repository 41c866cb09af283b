/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_MEMORY_SHORTAGE_H
#define TLSD_BASE_MEMORY_SHORTAGE_H

/*
 * Distinguishes what this machine or process has run out of from the errors of others: a
 * backend is not down because we lack a descriptor for it. Any thread.
 */

#include <stdbool.h>

/* True if `error`, an errno, means that memory, descriptors or ports have run out. */
bool shortage_is_cause(int error);

/* True if `error` means that descriptors have run out, this process's or the machine's. */
bool shortage_is_of_descriptors(int error);

/* Notes for this thread that something ran out, so that its results must not be trusted. Keeps
 * errno. */
void shortage_note(void);

/* Does what shortage_note() does if shortage_is_cause(error). */
void shortage_note_cause(int error);

/* True if a shortage was noted in this thread since the last shortage_forget(). */
bool shortage_is_noted(void);
void shortage_forget(void);

#endif
