/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_OFFERED_H
#define TLSD_CLIENT_CHECK_OFFERED_H

/* Finds the versions, cipher suites and groups that a server offers, and whose preference
 * counts. */

struct scantarget;

/* Finds the versions. Call it first, because the others use its results. Returns their number. */
unsigned offered_check_versions(struct scantarget *patient);
void offered_check_suites(struct scantarget *patient);
void offered_check_groups(struct scantarget *patient);

/* Checks if clients with a key share of one group only need another round trip. */
void offered_check_retry(struct scantarget *patient);

#endif
