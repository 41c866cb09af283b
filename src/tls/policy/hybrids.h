/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_HYBRIDS_H
#define TLSD_TLS_POLICY_HYBRIDS_H

/*
 * The hybrid groups: a key exchange by an elliptic curve and by ML-KEM at once, for TLS 1.3
 * only. GnuTLS has them from 3.8.10 on if it was built with leancrypto. Pure
 * functions, except for hybrids_in_library().
 */

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

enum { HYBRIDS_MAX = 3 };

/* Groups by their names in GnuTLS, the preferred one first. */
struct hybrids {
	const char *names[HYBRIDS_MAX];
	size_t count;
};

/* Returns the hybrid groups for which `has` returns true. */
struct hybrids hybrids_where(bool (*has)(const char *name));

/* True if the library has the group. */
bool hybrids_in_library(const char *name);

/* Returns the hybrid group that GnuTLS or IANA calls `name`, or NULL. The library may lack it. */
const char *hybrids_find(const char *name);

/* True if the group `name` is one of `hybrids`. */
bool hybrids_have(const struct hybrids *hybrids, const char *name);

/* Returns those of `hybrids` that `priority` enables. */
struct hybrids hybrids_enabled(
    const struct hybrids *hybrids, gnutls_priority_t priority);

/* Returns the groups as the start of a list in a priority string: "+GROUP-A:+GROUP-B:", or "".
 * The caller frees it. */
char *hybrids_words(const struct hybrids *hybrids);

/* Returns the priority string `text` with these groups after its others. The caller frees it. */
char *hybrids_with(const struct hybrids *hybrids, const char *text);

/* Returns the priority string `text` without all these groups. The caller frees it. */
char *hybrids_without(const struct hybrids *hybrids, const char *text);

/* Returns the priority string `text` with the group `name` only. The caller frees it. */
char *hybrids_alone(const char *name, const char *text);

#endif
