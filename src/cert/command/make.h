/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_MAKE_H
#define TLSD_CERT_COMMAND_MAKE_H

/* The commands that make certificates. Each writes a certificate and its key, and prints its
 * files and the next step. Each returns the exit status: 0 done, 1 not done, 2 usage. */

struct arguments;

int make_self_signed(const struct arguments *arguments);
int make_ca(const struct arguments *arguments);
int make_server(const struct arguments *arguments);
int make_client(const struct arguments *arguments);

#endif
