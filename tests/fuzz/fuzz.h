/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_FUZZ_H
#define TLSD_TESTS_FUZZ_H

/*
 * The interface of the fuzzers: each has a function that takes an input and aborts if
 * the code under test violates an expectation. libFuzzer calls it endlessly. In an
 * ordinary build, replay.c calls it once for each file in its arguments.
 */

#include <stddef.h>
#include <stdint.h>

/* Tests one input. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts if an expectation is violated, even with NDEBUG. */
#define FUZZ_EXPECT(promise) ((promise) ? (void)0 : __builtin_trap())

#endif
