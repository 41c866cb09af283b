/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_OPTIONS_EXITSTATUS_H
#define TLSD_CLIENT_OPTIONS_EXITSTATUS_H

/* The exit status of tlsc; see tlsc(1), EXIT STATUS. */

enum exitstatus {
	EXITSTATUS_ANSWERED = 0, /* the whole answer came, with a close_notify */
	EXITSTATUS_FAILED =
	    1, /* no connection, no handshake, or refused by the server */
	EXITSTATUS_USAGE =
	    2, /* the command line, or a file that it names, is unusable */
	EXITSTATUS_UNTRUSTED = 3, /* the server's certificate is not trusted */
	EXITSTATUS_TRUNCATED = 4 /* the answer has no proper end */
};

#endif
