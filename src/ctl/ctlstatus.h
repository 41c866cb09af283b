/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CTL_CTLSTATUS_H
#define TLSD_CTL_CTLSTATUS_H

/* The exit status of tlsdctl. */
enum {
	CTLSTATUS_OK = 0,
	CTLSTATUS_FAILED = 1,
	CTLSTATUS_USAGE = 2,
	CTLSTATUS_NO_DAEMON = 3
};

#endif
