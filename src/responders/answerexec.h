/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWEREXEC_H
#define TLSD_RESPONDERS_ANSWEREXEC_H

/*
 * respond = exec: a program answers each connection, as with inetd. The client's data is its
 * standard input, and its standard output is the answer. Its standard error goes to the log. It
 * does not outlive the connection. The answer is whole if the program exits with status 0.
 */

#include "responders/kind.h"

extern const struct responder_kind responder_exec;

#endif
