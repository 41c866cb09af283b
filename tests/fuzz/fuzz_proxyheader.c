/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PROXY headers: more bytes do not change a verdict. */
#include "server/accept/proxyheader.h"

#include "fuzz.h"

static enum proxyheader_state
read_header(const uint8_t *data, size_t size)
{
	struct proxyheader header;
	enum proxyheader_state state = proxyheader_read(data, size, &header);

	if (state == PROXYHEADER_PARTIAL)
		FUZZ_EXPECT(
		    header.needed > size && header.needed <= PROXYHEADER_SIZE_MAX);
	if (state == PROXYHEADER_WHOLE)
		FUZZ_EXPECT(header.size > 0 && header.size <= size);
	if (state == PROXYHEADER_WHOLE && header.has_addresses)
		FUZZ_EXPECT((address_family(&header.peer) == AF_UNIX) ==
			    (address_family(&header.local) == AF_UNIX));
	FUZZ_EXPECT((state == PROXYHEADER_BROKEN) == (header.wrong != NULL));
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum proxyheader_state last = read_header(data, size);

	for (size_t length = 0; length < size; length++) {
		enum proxyheader_state state = read_header(data, length);
		FUZZ_EXPECT(state == PROXYHEADER_PARTIAL || state == last);
	}
	return 0;
}
