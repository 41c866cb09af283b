/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts in plaintext. */
#include "tls/hello/plainalert.h"

#define HEADER_SIZE 5
#define TYPE_ALERT 21
#define ALERT_SIZE 2

int
plainalert_find(const unsigned char *bytes, size_t size)
{
	while (size >= HEADER_SIZE) {
		size_t length = (size_t)bytes[3] << 8 | bytes[4];
		if (length > size - HEADER_SIZE)
			return -1;
		if (bytes[0] == TYPE_ALERT && length == ALERT_SIZE)
			return bytes[HEADER_SIZE + 1];
		bytes += HEADER_SIZE + length;
		size -= HEADER_SIZE + length;
	}
	return -1;
}
