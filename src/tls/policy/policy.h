/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_POLICY_H
#define TLSD_TLS_POLICY_POLICY_H

/*
 * The protocol versions, cipher suites, groups and signatures of a service: a named profile or
 * a GnuTLS priority string, checked for weak parts. Immutable after policy_new(), so any thread
 * may read it.
 */

#include <stdbool.h>
#include <stdio.h>

#include "base/text/stringlist.h"

struct findings;
struct groupset;
struct gnutls_priority_st;
struct hybrids;
struct policy;

struct policy_settings {
	int profile; /* an index of policy_profile_name() */
	struct stringlist ciphers, groups; /* selected from the profile; empty: all */
	char *priority; /* a GnuTLS priority string instead of all these, or "" */
	int tls_min, tls_max; /* indexes of policy_version_name(), within a profile */
	bool allow_weak; /* accept a priority string although it is weak */
	const struct hybrids
	    *hybrids; /* that can be enabled; NULL: all of the library */
	bool psk; /* clients may use pre-shared keys, with an ephemeral key exchange */
};

/* Returns "modern", "tls13" or "compatible"; NULL after the last index. */
const char *policy_profile_name(int index);

/* Returns "1.2" or "1.3"; NULL after the last index. */
const char *policy_version_name(int index);

/*
 * Returns a policy that policy_free() frees, or NULL after an error. Problems and weak parts go
 * into `findings`, each text starting with its key.
 */
struct policy *policy_new(
    const struct policy_settings *settings, struct findings *findings);
void policy_free(struct policy *policy);

/* Prints versions, suites, groups and signatures in effect, each line after `indent`. */
void policy_print(const struct policy *policy, FILE *out, const char *indent);

/*
 * Return the priority of a session, owned by the policy; only for files under src/tls/. The
 * second one prefers P-256 to X25519, for a client whose only key share is P-256. Because the
 * server's preference applies, the first one would ask that client for another hello. Neither
 * has hybrid groups, unless there are no others: policy_groups() has a priority for each.
 */
struct gnutls_priority_st *policy_priority(const struct policy *policy);
struct gnutls_priority_st *policy_priority_p256(const struct policy *policy);

/* Returns the groups among which groupchoice.h chooses; none if none is hybrid. */
const struct groupset *policy_groups(const struct policy *policy);

/* Returns the priority of a session whose version turns out to be TLS 1.2. */
struct gnutls_priority_st *policy_priority_tls12(const struct policy *policy);

/*
 * Makes `session` a client with all of this policy that accepts only `signatures`, a list such
 * as "+SIGN-ECDSA-SHA256"; "" for all. Returns 0, or -1 if the library has none of them.
 */
struct gnutls_session_int;
int policy_equip_client(const struct policy *policy, struct gnutls_session_int *session,
    const char *signatures);

/* True if a suite makes the client encrypt to the certificate's key (RFC 5246, 7.4.7.1). */
bool policy_has_rsa_key_exchange(const struct policy *policy);

/* True if `version`, a gnutls_protocol_t, is enabled. */
bool policy_speaks(const struct policy *policy, unsigned version);

/* True if TLS 1.2 has a key exchange for certificates with an RSA key, or with another one. */
bool policy_suits(const struct policy *policy, bool rsa);

/* True if the session can use the group `group`, a gnutls_group_t. */
bool policy_has_group(const struct policy *policy, unsigned group);

/* The kinds of key for which client and policy have a TLS 1.2 suite in common. */
enum { POLICY_RSA = 1, POLICY_ECDSA = 2 /* and EdDSA */ };

/* Returns the bits of the kinds for which the policy has one of the suites of a ClientHello,
 * `size` bytes at `suites`; those with ECDHE count only if the client shares a group. */
unsigned policy_kinds(const struct policy *policy, const unsigned char *suites,
    size_t size, bool shares_group);

/* True if both have the same versions, suites, groups and signatures. */
bool policy_equal(const struct policy *a, const struct policy *b);

#endif
