/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_TICKETFILE_H
#define TLSD_CERT_COMMAND_TICKETFILE_H

struct arguments;

/* tlscert ticket-keys: creates the file, or adds a key to it and drops the oldest. Returns the
 * exit status. */
int ticketfile_rotate(const struct arguments *arguments);

#endif
