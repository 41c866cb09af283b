/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_RECORDS_H
#define TLSD_TLS_RECORDS_H

/*
 * What a session sees of its client's records before the library reads them: how many of them
 * bring nothing on, and an alert in plaintext. One thread.
 */

#include <stdbool.h>
#include <stddef.h>

struct records {
	unsigned begun; /* since something came of one */
	bool flooded; /* by too many of these */
	/* A client that refuses a certificate in TLS 1.3 may say so before it has keys. The
	 * library sees a record that does not decrypt; the two bytes of it tell more. */
	bool plain_alert_next;
	int plain_alert; /* its description, or -1: RFC 8446, 5.1 and 6 */
	/* Where in a record the next byte stands. */
	unsigned char header[5];
	size_t at,
	    body; /* bytes of the header so far; bytes of the body still to come */
};

void records_init(struct records *records);

/*
 * The library wants `size` bytes: those of a header begin another record. Whether it is one too
 * many, within the handshake or behind it.
 */
bool records_want(struct records *records, size_t size, bool handshaken);

/* The library gets them. */
void records_take(struct records *records, const unsigned char *bytes, size_t size);

/*
 * Follows the records in all that the library gets, of a client of TLS 1.3 or another. In TLS
 * 1.3, sets the version in the header of a record that is not encrypted to 0x0303. It must be
 * ignored (RFC 8446, 5.1), but the library compares it.
 */
void records_mend(
    struct records *records, unsigned char *bytes, size_t size, bool is_tls13);

/* True if the library has a part of a record only. */
bool records_are_cut(const struct records *records);

/* Something came of the last one. */
void records_forget(struct records *records);

#endif
