/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_REPEATER_H
#define TLSD_TESTS_REPEATER_H

/* A backend on a Unix-domain socket that echoes what it receives, for any number of
 * connections at once. Failures are reported with Check's assertions. */

#include <pthread.h>

struct repeater {
	pthread_t thread;
	int listener;
};

void repeater_open(struct repeater *repeater, const char *path);

/* Stops accepting connections. Each accepted connection ends when its client closes. */
void repeater_close(struct repeater *repeater);

#endif
