/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_SHOW_H
#define TLSD_CERT_COMMAND_SHOW_H

/* The command that shows the contents of certificates and revocation lists. */

struct arguments;

/* Shows each certificate and the first revocation list of each file. Returns the exit status:
 * 0, or 1 if a file could not be read or has damaged contents. */
int show(const struct arguments *arguments);

#endif
