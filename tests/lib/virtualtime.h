/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_VIRTUALTIME_H
#define TLSD_TESTS_VIRTUALTIME_H

/*
 * A monotonic clock that advances only while the code under test waits. Tests of timing
 * in milliseconds therefore do not depend on the machine. The program is linked with
 * $(virtualtime_ldflags), which redirects clock_gettime(2), poll(2) and recv(2) of the
 * tested code to this file. Each test starts with the real clock. Other threads may
 * read the clock, but only the thread that stopped it may wait.
 */

#include <stdint.h>

/*
 * Stops the clock. From then on, a poll(2) without events and a recv(2) that would
 * block advance the clock instead. They do so by `step_ms` at a time and call `on_step`
 * after each step. `on_step` may be NULL; it acts as the peer and can cause the event
 * that ends the wait.
 */
void virtualtime_start(int step_ms, void (*on_step)(void));

/* Advances the stopped clock. */
void virtualtime_pass(int64_t ms);

/* Returns how far the clock has advanced since virtualtime_start(), in milliseconds. */
int64_t virtualtime_passed_ms(void);

/* Returns to the real clock. */
void virtualtime_end(void);

#endif
