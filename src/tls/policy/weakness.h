/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_WEAKNESS_H
#define TLSD_TLS_POLICY_WEAKNESS_H

/* Finds the parts of a priority string that a service must not have, and the remedy. Pure
 * functions. */

#include <gnutls/gnutls.h>
#include <stdbool.h>

struct findings;

/* True if `version` is enabled. */
bool weakness_speaks(gnutls_priority_t priority, gnutls_protocol_t version);

/*
 * Parses the priority string `text`. Adds one error for everything in it that a service must
 * not have, with what to append to the string so that it is accepted. With `allow_weak`, parts
 * that are only weak are a warning. Returns what gnutls_priority_deinit() frees, or NULL after
 * an error.
 */
gnutls_priority_t weakness_parse(
    const char *text, bool allow_weak, struct findings *findings);

/* Adds an error if a suite of pre-shared keys is weak, unless `allow_weak`. weakness_parse()
 * accepts no such suite. */
void weakness_check_psk(
    gnutls_priority_t priority, bool allow_weak, struct findings *findings);

#endif
