/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_SERVERCERTS_H
#define TLSD_CLIENT_CHECK_SERVERCERTS_H

/* Checks of a server's certificates, their chain, and the OCSP staple. */

struct channel;
struct patient;

/* Makes all checks that one established connection allows. */
void credentials_check(struct patient *patient, const struct channel *channel);

/* Finds the certificates that clients get that know only RSA, or only ECDSA. */
void credentials_check_kinds(struct patient *patient);

#endif
