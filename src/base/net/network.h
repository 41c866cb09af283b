/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_NETWORK_H
#define TLSD_BASE_NET_NETWORK_H

/* Networks of addresses, "192.0.2.0/24", and the part of an address that identifies a client.
 * Values. */

#include <stdbool.h>
#include <stddef.h>

struct address;

struct network {
	int family; /* AF_INET, AF_INET6 or AF_UNIX */
	unsigned bits; /* of the prefix */
	unsigned char prefix[16]; /* the rest is zero */
};

/*
 * Parses "192.0.2.0/24", "2001:db8::/32", a single address, or "unix" for all Unix-domain
 * clients. Returns NULL, or a constant that describes the problem.
 */
const char *network_parse(const char *text, struct network *network);

bool network_has(const struct network *network, const struct address *address);

/*
 * Fills in the bytes that identify a client: an IPv4 address, the /64 of an IPv6 address,
 * because a host may have all of it, or all Unix-domain clients together. Equal clients have
 * equal bytes.
 */
#define NETWORK_CLIENT_SIZE 9
void network_client(
    const struct address *address, unsigned char client[NETWORK_CLIENT_SIZE]);

#endif
