/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_RESPONDERS_RESPONDER_H
#define TLSD_RESPONDERS_RESPONDER_H

/*
 * A responder answers a client once the handshake is done. Each kind is one file with a `struct
 * responder_kind`, and one row in responder.c's table. A prepared responder is immutable,
 * except for atomic counters, so every worker may use it at once.
 */

#include <stdbool.h>

#include "responders/kind.h"

struct monitor;
struct findings;
struct responder;
struct session;

/* Returns the name of a kind, such as "text" or "file"; NULL after the last one. */
const char *responder_kind_name(int index);

/* True if the kind with that index runs programs. */
bool responder_kind_runs_programs(int index);

/* True if connections of that kind have no maximum lifetime unless one is set, because another
 * server or a program decides how long they last. */
bool responder_kind_lasts(int index);

/* Returns the kind that has the key's name and reads that key, as "file" reads `file`; -1 if
 * there is none. */
int responder_kind_of_key(const char *key);

/* True if the kind with that index reads that key. */
bool responder_kind_reads(int index, const char *key);

/* Returns the first kind that reads that key, or -1 if none does. */
int responder_reader_of(const char *key);

/* Returns how many descriptors an answer of the kind with that index may have open at once. */
unsigned responder_kind_descriptors(int index);

/* Prepares a responder of the kind in `settings`; responder_free() frees it. Returns NULL after
 * an error. */
struct responder *responder_new(
    const struct responder_settings *settings, struct findings *findings);
void responder_free(struct responder *responder);

/* Adds a warning for each name that the answers need and that resolver_await() has not found,
 * starting with the key. Any thread. */
void responder_warn(const struct responder *responder, struct findings *findings);

/* Passes the source of the server's figures before the first answer. Main thread. */
void responder_show(struct responder *responder, const struct monitor *monitor);

/* True if the answer is about the server itself, for a monitor. */
bool responder_tells_of_server(const struct responder *responder);

/* True if the answer does not depend on the client, and may be sent before the client is known. */
bool responder_is_constant(const struct responder *responder);

/* True if an answer may wait for more than the client. */
bool responder_blocks(const struct responder *responder);

/* True if an answer counts against max-workers even while it is parked. */
bool responder_occupies(const struct responder *responder);

/* Returns 0, -1 or SESSION_PARKED, as answer() of the kind does. */
int responder_answer(
    const struct responder *responder, struct session *session, struct cursor *cursor);

/* Gives up on an answer, if it has begun. Main thread. */
void responder_abandon(const struct responder *responder, struct cursor *cursor);

#endif
