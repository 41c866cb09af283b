/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_PRIVATENET_H
#define TLSD_TESTS_PRIVATENET_H

/* A private network namespace for a test; it has only the loopback device. */

#include <stdbool.h>

/* Moves this process to a new network namespace for good. Returns false if that fails. */
bool privatenet_enter(void);

/* Sets /proc/sys/net/NAME of the namespace to `value`, or fails the test. */
void privatenet_set(const char *name, const char *value);

/* Takes the loopback device down: from now on, each packet is lost. */
void privatenet_unplug(void);

/* The argument `lacks` of SUITE_IF, for tests that call privatenet_enter(). */
const char *privatenet_lacks(void);

#endif
