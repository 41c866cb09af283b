/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_BEHAVIOUR_H
#define TLSD_CLIENT_CHECK_BEHAVIOUR_H

/* Checks of a server's behaviour after the hellos. */

struct channel;
struct patient;

/* Checks an established connection, and uses it up: its signature, ALPN, the request for a
 * client certificate, and its end. */
void habits_check_talk(struct patient *patient, struct channel *channel);

/* Checks in each version that a session is really resumed. */
void habits_check_resumption(struct patient *patient);

/* Finds the usual application protocols that the server accepts, if the user has named none. */
void habits_check_protocols(struct patient *patient);

/* Checks that TLS 1.2 does not sign with SHA-1 for a client that knows nothing else (RFC 9155). */
void habits_check_sha1(struct patient *patient);

/* Checks the length of the prime of a finite-field Diffie-Hellman exchange, if the server
 * offers one. */
void habits_check_dh(struct patient *patient);

/* Checks that TLS 1.2 does not renegotiate on request, and knows RFC 5746. */
void habits_check_renegotiation(struct patient *patient);

#endif
