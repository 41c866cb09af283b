/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_FDPASSING_H
#define TLSD_BASE_NET_FDPASSING_H

/* Passes descriptors between processes over a Unix-domain stream: each with a line that
 * describes it (unix(7), SCM_RIGHTS). */

#include <stddef.h>
#include <sys/types.h>

/* Sends `line`, with its newline, and a copy of `fd`. Does not wait. Returns 0, or -1 with
 * errno. */
int fdpassing_send(int socket, char *line, int fd);

/*
 * Receives up to `size` bytes: a line with its descriptor, which is CLOEXEC and then belongs to
 * the caller, or text without one, and then `*fd` is -1. Returns like recv(2).
 */
ssize_t fdpassing_receive(int socket, char *buffer, size_t size, int *fd);

#endif
