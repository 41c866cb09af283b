/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_CLIENTAUTH_H
#define TLSD_TLS_CLIENTAUTH_CLIENTAUTH_H

/*
 * Decides by their certificates which clients a service accepts: the authorities, the
 * revocation lists and the rules. Immutable after clientauth_new(), so any thread may check a
 * client. Only for files that may use GnuTLS.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/text/stringlist.h"
#include "tls/clientauth/allow.h"

struct clientauth;
struct clientchain;
struct findings;
struct gnutls_certificate_credentials_st;
struct identity;
struct refusal;

enum clientauth_verify {
	CLIENTAUTH_NONE, /* no certificate is asked for */
	CLIENTAUTH_OPTIONAL, /* a client may have none, but not an invalid one */
	CLIENTAUTH_REQUIRED
};

/* Returns "none", "optional" or "required"; NULL after the last index. */
const char *clientauth_verify_name(int index);

/* Exceeds the number of intermediate certificates of any honest client. */
#define CLIENTAUTH_DEPTH_MAX 8

struct clientauth_settings {
	int verify; /* enum clientauth_verify */
	struct stringlist ca_file, crl_file;
	int64_t verify_depth; /* number of intermediates, up to CLIENTAUTH_DEPTH_MAX */
	struct allow_settings allow;
	char *authorized_certs; /* "" for none */
	char *psk_file; /* of the keys that replace a certificate; "" for none */
};

/*
 * Loads and checks everything for the service with that name. Errors and warnings go into
 * `findings`, each text starting with its key. Returns a pointer for clientauth_free(), or NULL
 * after an error. `verify` is not CLIENTAUTH_NONE.
 */
struct clientauth *clientauth_new(const char *service,
    const struct clientauth_settings *settings, struct findings *findings);
void clientauth_free(struct clientauth *clientauth);

/*
 * True if a client that gave `chain` may use the service. If it gave any certificate, fills in
 * `identity`, as verified only if the result is true. If it is false, `refusal` has the reason.
 */
bool clientauth_accepts(const struct clientauth *clientauth,
    const struct clientchain *chain, struct identity *identity,
    struct refusal *refusal);

/* Computes a digest that is equal exactly for services that request certificates alike and
 * trust the same authorities, in any order. NULL requests none. Returns 0, or -1 if the library
 * fails. */
enum { CLIENTAUTH_DIGEST_SIZE = 32 };
int clientauth_digest(
    const struct clientauth *clientauth, unsigned char digest[CLIENTAUTH_DIGEST_SIZE]);

/* Makes sessions with `credentials` name the authorities. Returns 0, or -1 when memory is
 * exhausted. */
int clientauth_install(const struct clientauth *clientauth,
    struct gnutls_certificate_credentials_st *credentials);

/* Adds a warning for each authority that has expired or will expire within `days`, and for each
 * revocation list as revoked_warn() does. */
void clientauth_warn(
    const struct clientauth *clientauth, int64_t days, struct findings *findings);

/* Returns the next time after `now` at which one of these ends, or 0 if none does. */
time_t clientauth_next_end(const struct clientauth *clientauth, time_t now);

/* Prints a one-line summary after `indent`. */
void clientauth_print(
    const struct clientauth *clientauth, FILE *out, const char *indent);

#endif
