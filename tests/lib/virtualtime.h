/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_VIRTUALTIME_H
#define TLSD_TESTS_VIRTUALTIME_H

/*
 * A monotonic clock that moves only while the code under test waits, so that the result of a
 * test about milliseconds does not depend on the machine. The program is linked with
 * $(virtualtime_ldflags): clock_gettime(2), poll(2) and recv(2) of the tested code come here.
 * Each test starts with the real clock. Other threads may read the clock, but only the thread
 * that stopped it may wait by it.
 */

#include <stdint.h>

/*
 * Stops the clock. From here on a poll(2) that finds nothing, and a recv(2) that would block,
 * move the clock instead: by `step_ms` at a time, after each of which `on_step` is called. It
 * may be NULL; it stands for the peer, and may do what makes the waiting end.
 */
void virtualtime_start(int step_ms, void (*on_step)(void));

/* Moves the stopped clock. */
void virtualtime_pass(int64_t ms);

/* How far the clock has moved since virtualtime_start(), in milliseconds. */
int64_t virtualtime_passed_ms(void);

/* Goes back to the real clock. */
void virtualtime_end(void);

#endif
