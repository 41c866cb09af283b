/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_SELECTION_H
#define TLSD_TLS_POLICY_SELECTION_H

/*
 * The cipher suites and groups that a service selects by name from those of its profile, as
 * parts of a priority string. One thread at a time.
 */

#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/text/stringlist.h"

struct findings;

/* The names that can be selected. */
struct selection_scope {
	const char *profile; /* its name */
	gnutls_priority_t
	    profiled; /* what the profile has, within the versions in effect */
	const char *wider; /* name of the profile that has the most names */
	gnutls_priority_t widest; /* the names of that profile in all versions */
};

struct selection {
	/* "+GROUP-X25519:+GROUP-SECP256R1"; NULL for those of the profile. */
	char *groups;
	/* "+AES-128-GCM:+AEAD", in TLS 1.2 with key exchanges in front; NULL for the profile's. */
	char *tls12, *tls13;
	struct stringlist
	    order; /* the suites of TLS 1.2 as the priority must have them */
};

/*
 * Selects the names in the lists, in their order; an empty list selects all. Adds an error for
 * each name that cannot be selected. selection_fini() frees what `selection` then owns.
 */
void selection_read(struct selection *selection, const struct stringlist *ciphers,
    const struct stringlist *groups, const struct selection_scope *scope,
    struct findings *findings);
void selection_fini(struct selection *selection);

/* Adds an error if `priority`, made from the selection, has other suites or another order. */
void selection_check(const struct selection *selection, gnutls_priority_t priority,
    struct findings *findings);

#endif
