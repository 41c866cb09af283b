/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_H
#define TLSD_TLS_POLICY_H

/*
 * Which protocol versions, cipher suites, groups and signatures a service speaks: a profile
 * by name or a GnuTLS priority string, checked for what is weak. Immutable once made, so
 * any thread may read it.
 */

#include <stdbool.h>
#include <stdio.h>

#include "base/stringlist.h"

struct findings;
struct gnutls_priority_st;
struct policy;

struct policy_settings {
	int profile; /* an index of policy_profile_name() */
	struct stringlist ciphers, groups; /* selected of the profile; empty: all */
	char *priority; /* a GnuTLS priority string instead of all these, or "" */
	int tls_min, tls_max; /* indexes of policy_version_name(), within a profile */
	bool allow_weak; /* take a priority string although it is weak */
};

/* "modern", "tls13", "compatible"; NULL behind the last. */
const char *policy_profile_name(int index);

/* "1.2", "1.3"; NULL behind the last. */
const char *policy_version_name(int index);

/*
 * Makes a policy, which policy_free() frees. What is wrong or weak goes into `findings`,
 * each text starting with its key; NULL after an error.
 */
struct policy *policy_new(
    const struct policy_settings *settings, struct findings *findings);
void policy_free(struct policy *policy);

/* Prints versions, suites, groups and signatures in effect, a line each with `indent`. */
void policy_print(const struct policy *policy, FILE *out, const char *indent);

/*
 * What a session needs; for files under src/tls/ only, and owned by the policy. The second
 * is the same with P-256 before X25519, for a client that brings no key share but that:
 * with the server's preference in force the first would ask it for another hello.
 */
struct gnutls_priority_st *policy_priority(const struct policy *policy);
struct gnutls_priority_st *policy_priority_p256(const struct policy *policy);

/* Returns the priority of a session whose version turns out to be TLS 1.2. */
struct gnutls_priority_st *policy_priority_tls12(const struct policy *policy);

/*
 * Makes `session` a client that speaks all of this but accepts only `signatures`, a list such
 * as "+SIGN-ECDSA-SHA256"; "" for all. 0, or -1 when the library has none of them.
 */
struct gnutls_session_int;
int policy_equip_client(const struct policy *policy, struct gnutls_session_int *session,
    const char *signatures);

/* True if a suite has the client encrypt to the certificate's key (RFC 5246, 7.4.7.1). */
bool policy_has_rsa_key_exchange(const struct policy *policy);

/* Whether `version`, a gnutls_protocol_t, is enabled. */
bool policy_speaks(const struct policy *policy, unsigned version);

/* True if TLS 1.2 has a key exchange for certificates with an RSA key, or with another one. */
bool policy_suits(const struct policy *policy, bool rsa);

/* True if the session can use the group `group`, a gnutls_group_t. */
bool policy_has_group(const struct policy *policy, unsigned group);

/* The kinds of key for which client and policy have a suite of TLS 1.2 in common. */
enum { POLICY_RSA = 1, POLICY_ECDSA = 2 /* and EdDSA */ };

/* Returns the bits of the kinds for which the policy has one of the suites of a ClientHello,
 * `size` bytes at `suites`; those with ECDHE count only if the client shares a group. */
unsigned policy_kinds(const struct policy *policy, const unsigned char *suites,
    size_t size, bool shares_group);

/* True if both mean the same versions, suites, groups and signatures. */
bool policy_equal(const struct policy *a, const struct policy *b);

#endif
