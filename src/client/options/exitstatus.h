/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_EXITSTATUS_H
#define TLSD_CLIENT_OPTIONS_EXITSTATUS_H

/* The exit status of tlsc; see tlsc(1), EXIT STATUS. */

enum status {
	STATUS_ANSWERED = 0, /* the whole answer came, with a close_notify */
	STATUS_FAILED = 1, /* no connection, no handshake, or refused by the server */
	STATUS_USAGE = 2, /* the command line, or a file that it names, is unusable */
	STATUS_UNTRUSTED = 3, /* the server's certificate is not trusted */
	STATUS_TRUNCATED = 4 /* the answer has no proper end */
};

#endif
