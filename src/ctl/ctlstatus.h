/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_CTLSTATUS_H
#define TLSD_CTL_CTLSTATUS_H

/* The exit status of tlsdctl. */
enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_NO_DAEMON = 3 };

#endif
