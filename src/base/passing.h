/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_PASSING_H
#define TLSD_BASE_PASSING_H

/* Descriptors on their way from process to process, over a Unix-domain stream: each goes with a
 * line that says what it is (unix(7), SCM_RIGHTS). */

#include <stddef.h>
#include <sys/types.h>

/* Sends `line`, with its newline, and a copy of `fd`. Does not wait. 0, or -1 with errno. */
int passing_send(int socket, char *line, int fd);

/*
 * Receives what comes next, up to `size` bytes: a line with its descriptor, CLOEXEC and the
 * caller's from then on, or text without one, and then `*fd` is -1. Returns like recv(2).
 */
ssize_t passing_receive(int socket, char *buffer, size_t size, int *fd);

#endif
