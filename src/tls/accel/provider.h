/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_ACCEL_PROVIDER_H
#define TLSD_TLS_ACCEL_PROVIDER_H

/*
 * The functions of libcrypto's default provider, to be called without the EVP layer, which
 * looks up functions and parameters again for each message or secret. OpenSSL's configuration
 * is not read. Any thread.
 */

#include <openssl/core.h>

/* Returns the functions for the algorithm whose first name is `name`, or NULL if there are none.
 * `operation` is an OSSL_OP_ number of openssl/core_dispatch.h. */
const OSSL_DISPATCH *provider_functions(int operation, const char *name);

/* Returns the argument of functions that make a context. Call it after provider_functions(). */
void *provider_context(void);

#endif
