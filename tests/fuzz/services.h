/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SERVICES_H
#define TLSD_TESTS_SERVICES_H

/* Makes services as the server does, with a temporary certificate. */

struct snapshot;

/*
 * Returns the services of the configuration `ini`, in which "cert = server.crt" and
 * "key = server.key" name the certificate. All files are removed before it returns. The
 * caller drops the snapshot.
 */
struct snapshot *services_new(const char *ini);

#endif
