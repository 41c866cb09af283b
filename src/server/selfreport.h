/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_SELFREPORT_H
#define TLSD_SERVER_SELFREPORT_H

/* The reports of the server on itself, for its own clients. */

#include "responders/answermonitor.h"

struct serverinfo;

/* Returns the source of these reports, which uses `serverinfo` as long as responders call it. */
struct monitor selfreport_monitor(struct serverinfo *serverinfo);

#endif
