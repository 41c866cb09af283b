/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The admission check of the first bytes: more bytes do not change a verdict. */
#include "server/accept/hello.h"

#include <string.h>

#include "fuzz.h"

#define PREFIXES 64 /* prefixes tried, the shortest first */

static enum hello
judge(const uint8_t *data, size_t size)
{
	size_t needed = 0;
	enum hello verdict = hello_judge(data, size, &needed);

	if (verdict == HELLO_PARTIAL)
		FUZZ_EXPECT(needed > size && needed <= HELLO_SIZE_MAX);
	return verdict;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum hello last = judge(data, size);

	for (size_t length = 0; length < size && length < PREFIXES; length++) {
		enum hello verdict = judge(data, length);
		FUZZ_EXPECT(verdict == HELLO_PARTIAL || verdict == last);
	}
	return 0;
}
