/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_ANCHORS_H
#define TLSD_CERT_ANCHORS_H

/* Trust anchors, and whether a chain ends at one. */

struct chain;
struct findings;

enum anchors_result {
	ANCHORS_TRUSTED,
	ANCHORS_UNTRUSTED, /* and an error tells why */
	ANCHORS_UNREADABLE /* and an error tells why: nothing is known of the chain */
};

/*
 * Verifies `chain`, which was read from `file`, for the purpose with the object identifier
 * `purpose`, up to the certificates in the file `anchors` or, if that is "system", to those
 * that the system trusts (RFC 5280, 6).
 */
enum anchors_result anchors_verify(const char *anchors, const struct chain *chain,
    const char *purpose, const char *file, struct findings *findings);

#endif
