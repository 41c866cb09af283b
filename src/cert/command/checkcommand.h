/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_CHECKCOMMAND_H
#define TLSD_CERT_COMMAND_CHECKCOMMAND_H

/* The command that checks certificates, in the manner of a monitoring plugin. */

struct arguments;

enum checkcommand_status {
	CHECKCOMMAND_OK = 0,
	CHECKCOMMAND_WARNING = 1, /* works, but not for long or not for everyone */
	CHECKCOMMAND_CRITICAL = 2, /* does not work, or will not in a few days */
	CHECKCOMMAND_UNKNOWN = 3 /* the check was not possible */
};

/* Writes one line with the verdict on the worst file, and then the other findings. Returns the
 * exit status, the worst of all files, in the order ok, warning, unknown, critical. */
int checkcommand(const struct arguments *arguments);

#endif
