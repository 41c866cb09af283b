/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_EXEC_H
#define TLSD_RESPONDERS_EXEC_H

/*
 * respond = exec: a program for each connection answers, as with inetd: its standard input
 * and output are what the client sends and gets, its standard error goes to the log. It does
 * not outlive the connection. The answer is whole if it ended with status 0.
 */

#include "responders/responder.h"

extern const struct responder_kind responder_exec;

#endif
