/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_EVIDENCE_H
#define TLSD_TLS_EVIDENCE_H

/*
 * The certificates that a client gave, or that it gave none, kept apart from its session, so that another thread
 * can check them again by other rules. Immutable; any thread may read it.
 */

struct clientauth_chain;
struct evidence;

/* A copy of `chain`, which evidence_free() frees; NULL when memory is exhausted. */
struct evidence *evidence_new(const struct clientauth_chain *chain);
void evidence_free(struct evidence *evidence);

/* What it is a copy of; lives as long as the evidence. */
const struct clientauth_chain *evidence_chain(const struct evidence *evidence);

#endif
