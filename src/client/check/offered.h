/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_OFFERED_H
#define TLSD_CLIENT_CHECK_OFFERED_H

/* Finds the versions, cipher suites and groups that a server offers, and whose preference
 * counts. */

struct patient;

/* Finds the versions. Call it first, because the others use its results. Returns their number. */
unsigned offer_check_versions(struct patient *patient);
void offer_check_suites(struct patient *patient);
void offer_check_groups(struct patient *patient);

/* Checks if clients with a key share of one group only need another round trip. */
void offer_check_retry(struct patient *patient);

#endif
