/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_BENCH_H
#define TLSD_CLIENT_BENCH_BENCH_H

/*
 * tlsc bench: loads a server and reports how it performed. A single call comes first: it finds
 * the server's address and verifies that the handshake works. `argv` begins with the command's
 * name. Returns an `enum exitstatus` for exit(3).
 */
int bench_main(int argc, char **argv);

#endif
