/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_CONFPRINT_H
#define TLSD_TESTS_CONFPRINT_H

struct conf;

/* Returns all keys in effect as an ini file that reads back the same, without the keys that a
 * service cannot use. The caller frees it. */
char *confprint(const struct conf *conf);

#endif
