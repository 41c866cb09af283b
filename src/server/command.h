/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_COMMAND_H
#define TLSD_SERVER_COMMAND_H

/* What the control socket can be told: status, reload, reopen, stop. Main thread. */

#include <stdbool.h>
#include <stdio.h>

/* A control_handler whose context is the struct server. */
bool command_run(void *server, const char *command, FILE *out);

#endif
