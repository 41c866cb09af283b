/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server name of a ClientHello: tlsd's routing and the library find the same one,
 * or it is hidden from the library. The library never refuses the name. */
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
