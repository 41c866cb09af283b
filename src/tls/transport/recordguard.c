/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's records, as the library reads them. */
#include "tls/transport/recordguard.h"

#include <string.h>

#define HEADER_SIZE 5 /* RFC 8446, 5.1 */
#define TYPE_APPLICATION_DATA 23 /* in TLS 1.3 all encrypted records, and only these */

/* Records without progress cost the client little and us much: empty ones, warnings, key
 * updates. These limits allow a handshake even in single bytes, and this many records between
 * two with data. */
#define HANDSHAKE_MAX 2048
#define IN_VAIN_MAX 128

void
recordguard_init(struct recordguard *records)
{
	*records = (struct recordguard){ .plain_alert = -1 };
}

bool
recordguard_want(struct recordguard *records, size_t size, bool handshaken)
{
	if (size == HEADER_SIZE)
		records->begun++;
	records->flooded = records->begun > (handshaken ? IN_VAIN_MAX : HANDSHAKE_MAX);
	return records->flooded;
}

void
recordguard_take(struct recordguard *records, const unsigned char *bytes, size_t size)
{
	static const unsigned char alert_header[HEADER_SIZE] = { 21, 3, 3, 0, 2 };

	if (records->plain_alert_next && size == 2)
		records->plain_alert = bytes[1];
	records->plain_alert_next =
	    size == HEADER_SIZE && memcmp(bytes, alert_header, size) == 0;
}

/* Handles a byte of a header: the first is the type, then two bytes of version and two of
 * length. */
static void
mend_header(struct recordguard *records, unsigned char *byte, bool is_tls13)
{
	const unsigned char *header = records->header;

	if (is_tls13 && (records->at == 1 || records->at == 2) &&
	    header[0] != TYPE_APPLICATION_DATA)
		*byte = 3;
	records->header[records->at++] = *byte;
	if (records->at < HEADER_SIZE)
		return;
	records->body = (size_t)header[3] << 8 | header[4];
	records->at = 0;
}

void
recordguard_mend(
    struct recordguard *records, unsigned char *bytes, size_t size, bool is_tls13)
{
	while (size > 0) {
		size_t step = records->body < size ? records->body : size;
		records->body -= step;
		if (step == 0) {
			mend_header(records, bytes, is_tls13);
			step = 1;
		}
		bytes += step;
		size -= step;
	}
}

bool
recordguard_are_cut(const struct recordguard *records)
{
	return records->at > 0 || records->body > 0;
}

void
recordguard_forget(struct recordguard *records)
{
	records->begun = 0;
}
