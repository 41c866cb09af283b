/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_PRIVATENET_H
#define TLSD_TESTS_PRIVATENET_H

/* A network of a test's own, with nothing in it but the loopback device. */

#include <stdbool.h>

/* Moves this process there for the rest of its life. False if that is not allowed. */
bool privatenet_enter(void);

/* SUITE_IF's `lacks` of tests that enter one. */
const char *privatenet_lacks(void);

#endif
