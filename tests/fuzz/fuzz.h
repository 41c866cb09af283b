/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_FUZZ_H
#define TLSD_TESTS_FUZZ_H

/*
 * What every fuzzer has: one function that takes an input and aborts when the code under
 * test breaks a promise. libFuzzer calls it for ever; in an ordinary build replay.c calls it
 * once for each file that it is given.
 */

#include <stddef.h>
#include <stdint.h>

/* Takes one input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, whatever NDEBUG says, when a promise is broken. */
#define FUZZ_EXPECT(promise) ((promise) ? (void)0 : __builtin_trap())

#endif
