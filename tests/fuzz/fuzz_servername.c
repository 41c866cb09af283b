/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server name of a hello: routing and the library read the same one, or the library is not
 * shown it; and the library never refuses it. */
#include "fuzz.h"
#include "lib/readings.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum readings readings = readings_compare(data, size);

	FUZZ_EXPECT(readings != READINGS_DIFFER);
	FUZZ_EXPECT(readings != READINGS_NAME_REFUSED);
	return 0;
}
