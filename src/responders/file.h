/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_FILE_H
#define TLSD_RESPONDERS_FILE_H

/*
 * respond = file: the bytes of the file that the key `file` names, opened afresh for each
 * connection and streamed, so that it may change, and be of any size.
 */

#include "responders/responder.h"

extern const struct responder_kind responder_file;

#endif
