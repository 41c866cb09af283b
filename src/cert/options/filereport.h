/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_OPTIONS_FILEREPORT_H
#define TLSD_CERT_OPTIONS_FILEREPORT_H

/* The output of findings, and of lines for tlsd.ini, on the terminal. */

struct findings;

/* Writes each finding as a line to standard error and empties the list. */
void filereport_findings(struct findings *findings);

/* Prints the line of tlsd.ini that sets `key` to the file, with its absolute path. */
void filereport_setting(const char *key, const char *path);

#endif
