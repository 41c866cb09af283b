/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SERVERNAME_H
#define TLSD_TLS_SERVERNAME_H

/* Host names as clients name them and as certificates have them. Pure functions. */

#include <stdbool.h>
#include <stddef.h>

#define SERVERNAME_MAX_SIZE 255 /* RFC 1035, 2.3.4 */

/*
 * Whether the certificate's name `pattern` stands for the host `name`, whatever the case of
 * their letters: they are equal, or a "*" for the whole of its first label stands for one
 * label (RFC 6125, 6.4.1 and 6.4.3).
 */
bool servername_matches(const char *pattern, const char *name);

/*
 * Returns how many of the `size` bytes at `name` are the name of a host, without the dot at its
 * end if there is one; 0 if they are not one. Its labels have 1 to 63 letters, digits, hyphens
 * and underscores each, and there are SERVERNAME_MAX_SIZE bytes at most.
 */
size_t servername_host_size(const char *name, size_t size);

#endif
