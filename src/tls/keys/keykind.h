/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_KEYS_KEYKIND_H
#define TLSD_TLS_KEYS_KEYKIND_H

/*
 * Tells by the first bytes of its DER which kind of private key a PEM block has that GnuTLS
 * cannot read: PKCS#8 (RFC 5958, 2) or SEC1 (RFC 5915, 3). For messages only. Pure.
 */

struct pem_block;

enum keykind {
	KEYKIND_KNOWN, /* of a kind that GnuTLS reads, so it is damaged; or not DER */
	KEYKIND_CURVE, /* on an elliptic curve that GnuTLS does not support */
	KEYKIND_EXPLICIT, /* on an elliptic curve given by parameters, not by name */
	KEYKIND_ALGORITHM /* for an algorithm other than RSA, ECDSA and EdDSA */
};

enum keykind keykind_of(const struct pem_block *block);

#endif
