/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_ACCEPT_RELIEF_H
#define TLSD_SERVER_ACCEPT_RELIEF_H

/* Which connection is closed if descriptors or memory run out. Main thread. */

#include <stdbool.h>

struct admission;
struct linger_list;
struct parking;

/* The stages whose connections occupy no worker. */
struct relief {
	struct admission *admission;
	struct parking *parking;
	struct linger_list *linger;
};

/* Closes a connection of the stage that has most, because `limit` was reached. Returns false if
 * there is none. */
bool relief_close_one(const struct relief *relief, const char *limit);

#endif
