/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a ClientHello that nobody has checked yet. */
#include "tls/clienthello.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	clienthello_wants_p256(data, size);
	return 0;
}
