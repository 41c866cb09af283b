/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_BENCH_H
#define TLSD_CLIENT_BENCH_H

/*
 * tlsc bench: loads a server and reports how it bore it. One call comes first, which shows
 * whether there is anything to load and whom. `argv` begins with the command's name.
 * Returns an `enum status` for exit(3).
 */
int bench_main(int argc, char **argv);

#endif
