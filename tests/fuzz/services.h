/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_SERVICES_H
#define TLSD_TESTS_SERVICES_H

/* Services as the server makes them, with a certificate made for them. */

struct snapshot;

/*
 * Those of `ini`, where "cert = server.crt" and "key = server.key" name the pair. Its files
 * are gone when this returns. The caller drops the snapshot.
 */
struct snapshot *services_new(const char *ini);

#endif
