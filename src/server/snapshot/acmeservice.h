/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SNAPSHOT_ACMESERVICE_H
#define TLSD_SERVER_SNAPSHOT_ACMESERVICE_H

/*
 * The service that answers the challenges of certificate authorities at every address, if
 * acme-dir is set: RFC 8737. It is not a section of the configuration, so the rules of no section
 * apply to it. Part of a snapshot.
 */

#include <stdint.h>

#include "server/limits/limits.h"

struct conf;
struct findings;
struct service;

/*
 * Returns the service, which acmeservice_free() frees, or NULL if acme-dir is not set or after an
 * error. `conf` outlives it. Adds an error if acme-dir is not a folder, and a warning if it does
 * not exist, each starting with the key.
 */
struct service *acmeservice_new(const struct conf *conf, struct findings *findings);
void acmeservice_free(struct service *service);

/* Returns its limits in a process with that number of workers. It may have half of them, so that
 * a slow disk below acme-dir leaves the others free. Pure. */
struct limit_settings acmeservice_limits(int64_t workers);

#endif
