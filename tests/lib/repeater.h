/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_REPEATER_H
#define TLSD_TESTS_REPEATER_H

/* A backend at a path that says what it hears, to any number at once. Checks with Check's
 * assertions. */

#include <pthread.h>

struct repeater {
	pthread_t thread;
	int listener;
};

void repeater_open(struct repeater *repeater, const char *path);

/* Takes nobody any more; those that it has taken end with their clients. */
void repeater_close(struct repeater *repeater);

#endif
