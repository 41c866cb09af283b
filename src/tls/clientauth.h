/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_H
#define TLSD_TLS_CLIENTAUTH_H

/*
 * Which clients a service takes, by their certificates: from whom these must be, what
 * revokes them and which of them are allowed. Immutable once made, so any thread may check
 * a client. Only for files that may know GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/stringlist.h"
#include "tls/allow.h"

struct clientauth;
struct findings;
struct gnutls_certificate_credentials_st;
struct identity;
struct refusal;

enum clientauth_verify {
	CLIENTAUTH_NONE, /* no certificate is asked for */
	CLIENTAUTH_OPTIONAL, /* none will do, a bad one won't */
	CLIENTAUTH_REQUIRED
};

/* "none", "optional", "required"; NULL behind the last. */
const char *clientauth_verify_name(int index);

/* More intermediate certificates than any honest client has. */
#define CLIENTAUTH_DEPTH_MAX 8

struct clientauth_settings {
	int verify; /* enum clientauth_verify */
	struct stringlist ca_file, crl_file;
	int64_t verify_depth; /* of intermediate ones, up to CLIENTAUTH_DEPTH_MAX */
	struct allow_settings allow;
	char *authorized_certs; /* "" for none */
};

/*
 * Loads and checks everything for the service of that name. Errors and warnings go into `findings`, each text starting
 * with its key. Returns what clientauth_free() frees; NULL after an error. `verify` is not
 * CLIENTAUTH_NONE.
 */
struct clientauth *clientauth_new(const char *service,
    const struct clientauth_settings *settings, struct findings *findings);
void clientauth_free(struct clientauth *clientauth);

/* A client's certificates as the library has them, its own first. */
struct clientauth_chain {
	const void *certs; /* gnutls_datum_t[], DER */
	unsigned count; /* 0: it gave none */
};

/*
 * Whether a client that gave `chain` is served. If it gave any, `identity` says who it is,
 * verified only if it is served. If not, `refusal` says why.
 */
bool clientauth_accepts(const struct clientauth *clientauth,
    const struct clientauth_chain *chain, struct identity *identity,
    struct refusal *refusal);

/* The same for all, and only those, that want certificates alike and by the same authorities,
 * in whatever order; NULL wants none. 0, or -1 if the library fails. */
enum { CLIENTAUTH_DIGEST_SIZE = 32 };
int clientauth_digest(
    const struct clientauth *clientauth, unsigned char digest[CLIENTAUTH_DIGEST_SIZE]);

/* Has sessions with `credentials` name the authorities. 0, or -1 when memory is
 * exhausted. */
int clientauth_install(const struct clientauth *clientauth,
    struct gnutls_certificate_credentials_st *credentials);

/* Adds a warning for each authority that has ended, or will within `days`, and for each
 * revocation list as revoked_warn() does. */
void clientauth_warn(
    const struct clientauth *clientauth, int64_t days, struct findings *findings);

/* When the next of these ends, after `now`; 0 if none does. */
time_t clientauth_next_end(const struct clientauth *clientauth, time_t now);

/* Prints it in one line behind `indent`. */
void clientauth_print(
    const struct clientauth *clientauth, FILE *out, const char *indent);

#endif
