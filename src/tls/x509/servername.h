/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_SERVERNAME_H
#define TLSD_TLS_X509_SERVERNAME_H

/* Host names as clients send them and as certificates contain them. Pure functions. */

#include <stdbool.h>
#include <stddef.h>

#define SERVERNAME_MAX_SIZE 255 /* RFC 1035, 2.3.4 */

/*
 * True if the certificate's name `pattern` matches the host `name`, ignoring case: they are
 * equal, or a "*" that is the whole first label stands for one label (RFC 6125, 6.4.1 and
 * 6.4.3).
 */
bool servername_matches(const char *pattern, const char *name);

/*
 * Returns the length of the host name in the `size` bytes at `name`, without a dot at its end.
 * Returns 0 if they are not a host name. Its labels have 1 to 63 letters, digits, hyphens and
 * underscores each. It has at most SERVERNAME_MAX_SIZE bytes.
 */
size_t servername_host_size(const char *name, size_t size);

/* Returns NULL if `pattern` is a host name, or a wildcard of at least three labels. Otherwise
 * returns the problem, a constant text that follows the name in a message. */
const char *servername_mistake(const char *pattern);

#endif
