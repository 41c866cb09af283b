/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_EXPLAIN_EXPLAIN_H
#define TLSD_CLIENT_EXPLAIN_EXPLAIN_H

/* "tlsc explain": calls a server and draws that handshake. Returns an `enum exitstatus` for
 * exit(3). */
int explain_main(int argc, char **argv);

#endif
