/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_POLICY_LISTING_H
#define TLSD_TLS_POLICY_LISTING_H

#include <gnutls/gnutls.h>
#include <stdio.h>

/* Prints versions, suites, groups and signatures, each line after `indent`. The suites of TLS 1.2
 * are those of `tls12`, all else is of `priority`. Thread-safe if `out` is used by one thread. */
void listing_print(
    gnutls_priority_t priority, gnutls_priority_t tls12, FILE *out, const char *indent);

#endif
