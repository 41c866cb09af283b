/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_OPTIONS_FILEREPORT_H
#define TLSD_CERT_OPTIONS_FILEREPORT_H

/* The output of findings on the terminal. */

struct findings;

/* Writes each finding as a line to standard error and empties the list. */
void filereport_findings(struct findings *findings);

#endif
