/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: what is decided stays decided however the bytes come in. */
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
		/* A block of its own, so that reading behind the end is seen. */
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
