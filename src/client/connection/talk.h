/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_TALK_H
#define TLSD_CLIENT_CONNECTION_TALK_H

/*
 * tlsc without a command: calls a server, verifies it, sends the input and prints the answer.
 * Returns an `enum exitstatus` for exit(3).
 */
int talk_main(int argc, char **argv);

struct channel;
struct options;
struct parameters;

/* Reports why channel_handshake() failed, with all faults of the certificate. Returns the exit
 * status for it. */
int talk_explain_handshake(const struct options *options,
    const struct parameters *parameters, const struct channel *channel);

#endif
