/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CLIENTAUTH_ALLOW_H
#define TLSD_TLS_CLIENTAUTH_ALLOW_H

/*
 * The rules allow-cn, allow-dns, allow-uri and allow-pin: they decide which clients with a
 * valid certificate may use a service. Immutable after allow_new(), so any thread may use them.
 * Only for files that may use GnuTLS.
 */

#include <stdbool.h>

#include "base/text/stringlist.h"

struct allow;
struct findings;
struct gnutls_x509_crt_int;

struct allow_settings {
	struct stringlist cn, dns, uri, pin;
};

/* Returns rules that allow_free() frees, or NULL after an error in `findings`, whose text
 * starts with its key. */
struct allow *allow_new(
    const struct allow_settings *settings, struct findings *findings);
void allow_free(struct allow *allow);

/* True if there are no rules. */
bool allow_is_empty(const struct allow_settings *settings);

/* True if one of the rules matches the certificate. */
bool allow_permits(const struct allow *allow, struct gnutls_x509_crt_int *cert);

#endif
