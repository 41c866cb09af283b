/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's records, as the library reads them. */
#include "tls/records.h"

#include <string.h>

#define HEADER_SIZE 5 /* RFC 8446, 5.1 */

/* Records that bring nothing on cost the client little and us much: empty ones, warnings,
 * updates of keys. So many make a handshake even out of single bytes, and so many may come
 * between two with data. */
#define HANDSHAKE_MAX 2048
#define IN_VAIN_MAX 128

void
records_init(struct records *records)
{
	*records = (struct records){ .plain_alert = -1 };
}

bool
records_want(struct records *records, size_t size, bool handshaken)
{
	if (size == HEADER_SIZE)
		records->begun++;
	records->flooded = records->begun > (handshaken ? IN_VAIN_MAX : HANDSHAKE_MAX);
	return records->flooded;
}

void
records_take(struct records *records, const unsigned char *bytes, size_t size)
{
	static const unsigned char alert_header[HEADER_SIZE] = { 21, 3, 3, 0, 2 };

	if (records->plain_alert_next && size == 2)
		records->plain_alert = bytes[1];
	records->plain_alert_next =
	    size == HEADER_SIZE && memcmp(bytes, alert_header, size) == 0;
}

void
records_forget(struct records *records)
{
	records->begun = 0;
}
