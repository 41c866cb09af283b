/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CREDENTIALS_H
#define TLSD_CLIENT_CREDENTIALS_H

/* How a server proves who it is: its certificates, their chain, and the OCSP staple. */

struct channel;
struct patient;

/* All that one established connection tells. */
void credentials_check(struct patient *patient, const struct channel *channel);

/* Which certificate a client that knows only RSA or only ECDSA gets. */
void credentials_check_kinds(struct patient *patient);

#endif
