/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_CONNECT_H
#define TLSD_RESPONDERS_CONNECT_H

/*
 * respond = connect: a plaintext backend answers, over TCP or a Unix-domain socket. Of
 * several, one that did not answer is left out for a while as long as another one may. Names
 * are looked up by base/resolver.h, again and again.
 */

#include "responders/responder.h"

extern const struct responder_kind responder_connect;

#endif
