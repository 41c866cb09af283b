/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_SAY_H
#define TLSD_CLIENT_OPTIONS_SAY_H

/* The client's messages to people, on standard error. */

/*
 * Writes "tlsc: SUBJECT: " and the text, which is lower case and has no full stop, as one line.
 * Leaves the subject out if it is NULL. The caller escapes bytes of the peer. %m prints errno,
 * which is kept.
 */
void say(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Begins the output of a report, when the server needs no more bytes. From then on a write to a
 * closed pipe, as after head(1), ends the process by SIGPIPE.
 */
void say_begin_report(void);

/* Flushes standard output. Returns 0, or -1 after reporting that a write failed. */
int say_end_report(void);

struct findings;

/* Writes each finding as say() does. */
void say_findings(const char *subject, const struct findings *findings);

#endif
