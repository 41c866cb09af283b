/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_SAY_H
#define TLSD_CLIENT_SAY_H

/* Messages of the client for people, on standard error. */

/*
 * Writes "tlsc: SUBJECT: " and the text, which is lower case and has no full stop, as one
 * line; without the subject if it is NULL. Bytes from the peer are escaped before they get
 * here. %m prints errno, which is left as it was.
 */
void say(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Begins the output of a report, after the last word to a server: if its reader has gone, as
 * head(1) does, writing to it ends the process by SIGPIPE.
 */
void say_begin_report(void);

/* Flushes standard output. Returns 0, or -1 after saying that not all of it could be written. */
int say_end_report(void);

struct findings;

/* Says each of the findings, likewise. */
void say_findings(const char *subject, const struct findings *findings);

#endif
