/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ALLOW_H
#define TLSD_TLS_ALLOW_H

/*
 * The rules allow-cn, allow-dns, allow-uri and allow-pin: which of the clients with a good
 * certificate may use a service. Immutable once made, so any thread may ask. Only for files
 * that may know GnuTLS.
 */

#include <stdbool.h>

#include "base/stringlist.h"

struct allow;
struct findings;
struct gnutls_x509_crt_int;

struct allow_settings {
	struct stringlist cn, dns, uri, pin;
};

/* NULL after an error in `findings`, whose text starts with its key. allow_free() frees. */
struct allow *allow_new(
    const struct allow_settings *settings, struct findings *findings);
void allow_free(struct allow *allow);

/* Whether there are no rules at all. */
bool allow_is_empty(const struct allow_settings *settings);

/* Whether one of the rules fits the certificate. */
bool allow_permits(const struct allow *allow, struct gnutls_x509_crt_int *cert);

#endif
