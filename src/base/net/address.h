/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_NET_ADDRESS_H
#define TLSD_BASE_NET_ADDRESS_H

/* Socket addresses: IPv4, IPv6 and Unix-domain addresses, from text and to text. Values. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_SIZE 128
#define ADDRESS_MAX 8 /* maximum number of socket addresses for one listening text */

struct address {
	socklen_t length;
	struct sockaddr_storage storage;
};

/*
 * Parses a listening address: "HOST:PORT", "[IPV6]:PORT", "*:PORT", ":PORT", "PORT" or
 * ":::PORT" (these four mean both families), "/PATH" or "unix:/PATH". A host name stands for
 * all its addresses. Returns the number of addresses, at most ADDRESS_MAX, or -1 with the
 * problem and its remedy in `error`, a text of ADDRESS_TEXT_SIZE bytes.
 */
int address_parse_listen(
    const char *text, struct address addresses[ADDRESS_MAX], char *error);

/*
 * Parses an address to connect to: "HOST:PORT", "[IPV6]:PORT", "PORT" at localhost, "/PATH" or
 * "unix:/PATH", with a host and a port that is not 0. Never waits for a lookup. Returns 1 with
 * the address, or 0 if the host is a name, localhost included: then address_resolve() looks it
 * up. Returns -1 with the problem in `error`, a text of ADDRESS_TEXT_SIZE bytes.
 */
int address_parse_connect(
    const char *text, struct address addresses[ADDRESS_MAX], char *error);

/*
 * Looks up the name in a text for which address_parse_connect() returns 0, and waits for the
 * answer as long as getaddrinfo(3) does. Returns the number of addresses, 1 to ADDRESS_MAX, or
 * -1 with the reason in `error`, a text of ADDRESS_TEXT_SIZE bytes. Does not abort when memory
 * is exhausted.
 */
int address_resolve(
    const char *text, struct address addresses[ADDRESS_MAX], char *error);

/*
 * Splits "HOST:PORT" or "[IPV6]:PORT" at the last colon. The host has no brackets and is empty
 * for "*". The caller frees both. Returns 0, or -1 if a port is missing or not in 0-65535.
 */
int address_split(const char *text, char **host, char **port);

/* Formats an address: "[192.0.2.7]:51514", "[2001:db8::1]:443", "unix:/run/x.sock". The path is
 * one word, as text_escape_word() makes it, because the peer chose its bytes. Returns `out`. */
char *address_format(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

/* Formats the host alone, "192.0.2.7" or "2001:db8::1", or the path of a Unix-domain address,
 * as text_escape_word() makes it. Returns `out`. */
char *address_host(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

/* Returns the port; 0 for a Unix-domain address. */
unsigned address_port(const struct address *address);

bool address_equal(const struct address *a, const struct address *b);

/* Returns a hash of the host, which does not depend on the port; 0 for a Unix-domain address. */
uint32_t address_host_hash(const struct address *address);

/* Returns AF_INET, AF_INET6 or AF_UNIX. */
int address_family(const struct address *address);

/* Returns the path of a Unix-domain address, "" for one without a name. */
const char *address_path(const struct address *address);

#endif
