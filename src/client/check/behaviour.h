/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_BEHAVIOUR_H
#define TLSD_CLIENT_CHECK_BEHAVIOUR_H

/* Checks of a server's behaviour after the hellos. */

struct channel;
struct scantarget;

/* Checks an established connection, and uses it up: its signature, ALPN, the request for a
 * client certificate, and its end. */
void behaviour_check_talk(struct scantarget *patient, struct channel *channel);

/* Checks in each version that a session is really resumed. */
void behaviour_check_resumption(struct scantarget *patient);

/* Finds the usual application protocols that the server accepts, if the user has named none. */
void behaviour_check_protocols(struct scantarget *patient);

/* Checks that TLS 1.2 does not sign with SHA-1 for a client that knows nothing else (RFC 9155). */
void behaviour_check_sha1(struct scantarget *patient);

/* Checks the length of the prime of a finite-field Diffie-Hellman exchange, if the server
 * offers one. */
void behaviour_check_dh(struct scantarget *patient);

/* Checks that TLS 1.2 does not renegotiate on request, and knows RFC 5746. */
void behaviour_check_renegotiation(struct scantarget *patient);

#endif
