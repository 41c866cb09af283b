/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_ANSWERCONNECT_H
#define TLSD_RESPONDERS_ANSWERCONNECT_H

/*
 * respond = connect: a plaintext backend answers, over TCP or a Unix-domain socket. A backend
 * that did not answer is left out for a while if there is another one to use. base/net/resolver.h
 * looks names up, again and again.
 */

#include "responders/kind.h"

extern const struct responder_kind responder_connect;

#endif
