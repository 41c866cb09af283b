/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONTROLCOMMAND_H
#define TLSD_SERVER_CONTROLCOMMAND_H

/* The commands of the control socket, which tlsdctl(8) lists. Main thread. */

#include "server/control/control.h"

/* A control_handler whose context is the struct server. */
bool controlcommand_run(
    void *server, struct control_caller *caller, const char *command, FILE *out);

#endif
