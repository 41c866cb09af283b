/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP requests that arrive byte by byte: parsing comes to a decision within HTTP_HEAD bytes. */
#include "responders/http.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t whole = size < HTTP_HEAD ? size : HTTP_HEAD;
	enum http_request request = HTTP_PART;

	for (size_t part = 0; part <= whole && request == HTTP_PART; part++) {
		/* The allocation ends with the bytes, so that sanitizers detect a read beyond. */
		char *bytes = malloc(part + 1);
		char *exact = bytes + 1;
		FUZZ_EXPECT(bytes != NULL);
		memcpy(exact, data, part);
		request = http_parse(exact, part);
		free(bytes);
	}
	FUZZ_EXPECT(request != HTTP_PART || whole < HTTP_HEAD);
	return 0;
}
