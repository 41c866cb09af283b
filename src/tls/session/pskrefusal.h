/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_PSKREFUSAL_H
#define TLSD_TLS_SESSION_PSKREFUSAL_H

/* The reason for refusing a client that has a pre-shared key and nothing else. For the files of
 * this folder only. Single thread. */

#include <stdbool.h>

struct clienthello;
struct session;

/* Notes which keys the last hello offers. */
void pskrefusal_note(struct session *session, const struct clienthello *hello);

/* Fails the session with that reason, and what to set, if it explains the library's `code`.
 * Returns false, and changes nothing, if it does not. */
bool pskrefusal_explain(struct session *session, int code);

#endif
