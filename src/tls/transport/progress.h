/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_TRANSPORT_PROGRESS_H
#define TLSD_TLS_TRANSPORT_PROGRESS_H

/*
 * The progress of a peer, and how long it may make none. Bytes from the peer are progress.
 * Bytes to it are progress until the socket's buffer has been full; from then on the peer must
 * allow us to send farther. Single thread.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"

/* By then the last output has arrived. */
#define PROGRESS_ARRIVAL_MS 50

struct progress {
	int64_t idle_ms; /* if not 0, each progress moves `idle_deadline` */
	struct deadline idle_deadline;
	bool filled; /* the socket's buffer has been full */
	bool moved; /* progress since `reach` was noted in silence */
	int64_t sent; /* bytes that the socket took */
	int64_t reach; /* how far the peer allowed us to send when last asked */
};

/* Allows `idle_ms` from now on without progress; 0 for no limit. */
void progress_limit(struct progress *progress, int64_t idle_ms);

/* Notes that the peer made progress. */
void progress_note(struct progress *progress);

/* Notes that the socket `fd` took `n` bytes. */
void progress_note_sent(struct progress *progress, int fd, ssize_t n);

/* Notes that the socket's buffer is full: from now on the peer must make room. */
void progress_note_full(struct progress *progress, int fd);

/* Notes that nothing happened while the last output arrived. Only from now on does it count as
 * progress that the peer takes output that the kernel has. */
void progress_note_silence(struct progress *progress, int fd);

/*
 * True, and progress, if the peer allows us to send farther than at the last call. Bytes that
 * the socket's buffer takes do not count, because it grows by itself. Bytes that fit into a
 * window do not count if no reading moves it.
 */
bool progress_note_reach(struct progress *progress, int fd);

#endif
