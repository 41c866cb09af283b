/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_HABITS_H
#define TLSD_CLIENT_HABITS_H

/* How a server behaves behind the hellos. */

struct channel;
struct patient;

/* On an established connection, which they use up: its signature, ALPN, whether it wants a certificate of
 * the client, and how it ends. */
void habits_check_talk(struct patient *patient, struct channel *channel);

/* Whether sessions are resumed, in each version, by doing it. */
void habits_check_resumption(struct patient *patient);

/* Which of the usual application protocols it agrees upon, for who has named none. */
void habits_check_protocols(struct patient *patient);

/* Whether TLS 1.2 signs with SHA-1 for a client that knows nothing else (RFC 9155). */
void habits_check_sha1(struct patient *patient);

/* How long the prime of a finite-field Diffie-Hellman exchange is, where there is one. */
void habits_check_dh(struct patient *patient);

/* Whether TLS 1.2 renegotiates at the client's wish, and safely (RFC 5746). */
void habits_check_renegotiation(struct patient *patient);

#endif
