/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_SERVERCERTS_H
#define TLSD_CLIENT_CHECK_SERVERCERTS_H

/* Checks of a server's certificates, their chain, and the OCSP staple. */

struct channel;
struct scantarget;

/* Makes all checks that one established connection allows. */
void servercerts_check(struct scantarget *patient, const struct channel *channel);

/* Finds the certificates that clients get that know only RSA, or only ECDSA. */
void servercerts_check_kinds(struct scantarget *patient);

#endif
