/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OFFER_H
#define TLSD_CLIENT_OFFER_H

/* What a server has on offer: versions, cipher suites, groups, and whose choice counts. */

struct patient;

/* Versions first, for the others ask what they know of them. Returns how many there are. */
unsigned offer_check_versions(struct patient *patient);
void offer_check_suites(struct patient *patient);
void offer_check_groups(struct patient *patient);

/* Whether clients with a key share of one group only need another round trip. */
void offer_check_retry(struct patient *patient);

#endif
