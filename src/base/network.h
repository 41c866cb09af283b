/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NETWORK_H
#define TLSD_BASE_NETWORK_H

/* Networks of addresses, "192.0.2.0/24", and what counts as one client. Values. */

#include <stdbool.h>
#include <stddef.h>

struct address;

struct network {
	int family; /* AF_INET, AF_INET6 or AF_UNIX */
	unsigned bits; /* of the prefix */
	unsigned char prefix[16]; /* the rest is zero */
};

/*
 * Reads "192.0.2.0/24", "2001:db8::/32", a single address, or "unix" for all Unix-domain
 * clients. NULL, or what is wrong with it, a constant.
 */
const char *network_parse(const char *text, struct network *network);

bool network_has(const struct network *network, const struct address *address);

/*
 * What counts as one client: an IPv4 address, the /64 of an IPv6 address, for a host may
 * have all of it, or all Unix-domain clients together. Equal clients have equal bytes.
 */
#define NETWORK_CLIENT_SIZE 9
void network_client(
    const struct address *address, unsigned char client[NETWORK_CLIENT_SIZE]);

#endif
