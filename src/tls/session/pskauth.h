/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_PSKAUTH_H
#define TLSD_TLS_SESSION_PSKAUTH_H

/*
 * Authentication of clients by pre-shared keys with an ephemeral key exchange (RFC 8446, 2.2;
 * RFC 5489). A client with an unknown identity gets a random key, so that its
 * handshake fails as with a wrong key. Immutable after pskauth_new(), so any thread may use it.
 * For the files of this folder.
 */

#include <stdbool.h>
#include <stddef.h>

struct findings;
struct gnutls_session_int;
struct peerpsk;
struct pskauth;
struct refusal;
struct session;

/* Loads the file as pskfile_new() does. Returns a pointer for pskauth_free(), or NULL after an
 * error. */
struct pskauth *pskauth_new(const char *path, struct findings *findings);
void pskauth_free(struct pskauth *pskauth);

/* Returns the number of identities. */
size_t pskauth_count(const struct pskauth *pskauth);

/* Computes a digest that is equal exactly for files with the same identities and keys. Returns
 * 0, or -1 if the library fails. */
enum { PSKAUTH_DIGEST_SIZE = 32 };
int pskauth_digest(
    const struct pskauth *pskauth, unsigned char digest[PSKAUTH_DIGEST_SIZE]);

/* Makes a session accept the keys. Returns 0 or a code of the library. */
int pskauth_equip(const struct pskauth *pskauth, struct gnutls_session_int *session);

/* True if the identity still has the key by which the client proved it. Otherwise fills in the
 * refusal. */
bool pskauth_accepts(
    const struct pskauth *pskauth, const struct peerpsk *peer, struct refusal *refusal);

/* Forgets the identity that a hello named, because the client sends another hello. */
void pskauth_forget(struct session *session);

/* True if the client uses a pre-shared key in this handshake, or used one in the handshake that
 * the session resumes. */
bool pskauth_is_used(const struct session *session);

/* Sets the verified identity and the key of a session whose handshake is complete, if a
 * pre-shared key is used. Returns 0, or -1 with the failure kept. */
int pskauth_settle(struct session *session);

/* Keeps the failure if the handshake failed with the library's `code` because the identity is
 * unknown or the key is wrong, with decrypt_error as its alert (RFC 8446, 6.2; RFC 4279, 2). */
void pskauth_blame(struct session *session, int code);

#endif
