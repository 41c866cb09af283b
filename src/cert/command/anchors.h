/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_ANCHORS_H
#define TLSD_CERT_COMMAND_ANCHORS_H

/* Trust anchors, and the verification of a chain against them. */

struct chain;
struct findings;

enum anchors_result {
	ANCHORS_TRUSTED,
	ANCHORS_UNTRUSTED, /* an error gives the reason */
	ANCHORS_UNREADABLE /* an error gives the reason; the chain was not judged */
};

/*
 * Verifies `chain`, which was read from `file`, for the purpose with the object identifier
 * `purpose`. The trust anchors are the certificates in the file `anchors` or, if it is
 * "system", the system's (RFC 5280, 6).
 */
enum anchors_result anchors_verify(const char *anchors, const struct chain *chain,
    const char *purpose, const char *file, struct findings *findings);

#endif
