/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_CHECK_H
#define TLSD_CLIENT_CHECK_CHECK_H

/* "tlsc check": examines a TLS server. Returns a status as monitoring systems expect it: 0 ok,
 * 1 warning, 2 critical, 3 unknown. */
int check_main(int argc, char **argv);

#endif
