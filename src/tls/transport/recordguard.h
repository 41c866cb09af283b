/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_RECORDGUARD_H
#define TLSD_TLS_TRANSPORT_RECORDGUARD_H

/*
 * Watches a client's records before the library reads them: counts those that make no progress,
 * and finds an alert in plaintext. Single thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct recordguard {
	unsigned begun; /* since a record last made progress */
	bool flooded; /* by too many such records */
	/* A client that refuses a certificate in TLS 1.3 may say so before it has keys. The
	 * library sees a record that does not decrypt; its two bytes tell more. */
	bool plain_alert_next;
	int plain_alert; /* its description, or -1: RFC 8446, 5.1 and 6 */
	/* The position of the next byte in a record. */
	unsigned char header[5];
	size_t at,
	    body; /* bytes of the header so far; bytes of the body still to come */
};

void recordguard_init(struct recordguard *records);

/*
 * Notes that the library wants `size` bytes; the size of a header means a new record. True if
 * there have been too many records, within the handshake or after it.
 */
bool recordguard_want(struct recordguard *records, size_t size, bool handshaken);

/* Notes the bytes that the library gets. */
void recordguard_take(
    struct recordguard *records, const unsigned char *bytes, size_t size);

/*
 * Follows the records in all bytes that the library gets, from a client of TLS 1.3 or another
 * version. In TLS 1.3, sets the version in the header of a record that is not encrypted to
 * 0x0303. It must be ignored (RFC 8446, 5.1), but the library compares it.
 */
void recordguard_mend(
    struct recordguard *records, unsigned char *bytes, size_t size, bool is_tls13);

/* True if the library has only a part of a record. */
bool recordguard_are_cut(const struct recordguard *records);

/* Notes that the last record made progress. */
void recordguard_forget(struct recordguard *records);

#endif
