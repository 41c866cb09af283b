/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_HELLO_GROUPCHOICE_H
#define TLSD_TLS_HELLO_GROUPCHOICE_H

/* The group of a handshake of TLS 1.3 with a server that has hybrid groups. Pure functions. */

struct clienthello;
struct groupset;
struct groupset_item;

/*
 * Returns the first group of the server for which the client sends a key share: it costs no
 * further round trip. Without such a share, returns the first group that the client supports.
 * Returns NULL if they have no group in common, if the set is empty, or if the client does not
 * offer TLS 1.3.
 */
const struct groupset_item *groupchoice(
    const struct groupset *set, const struct clienthello *hello);

#endif
