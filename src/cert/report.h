/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_REPORT_H
#define TLSD_CERT_REPORT_H

/* Findings, told to the person at the terminal. */

struct findings;

/* Writes each finding as a line to standard error and empties the list. */
void report_findings(struct findings *findings);

#endif
