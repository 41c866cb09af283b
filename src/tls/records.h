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
};

void records_init(struct records *records);

/*
 * The library wants `size` bytes: those of a header begin another record. Whether it is one too
 * many, within the handshake or behind it.
 */
bool records_want(struct records *records, size_t size, bool handshaken);

/* The library gets them. */
void records_take(struct records *records, const unsigned char *bytes, size_t size);

/* Something came of the last one. */
void records_forget(struct records *records);

#endif
