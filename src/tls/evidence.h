/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_EVIDENCE_H
#define TLSD_TLS_EVIDENCE_H

/*
 * What a client gave to be let in: its certificates, of which there may be none, and whom it
 * asked for. Kept apart from its session, so that another thread can judge it again by other
 * rules. Immutable; any thread may read it.
 */

struct clientauth_chain;
struct clienthello;
struct evidence;

/* A copy of `chain` and of what `hello` names, which evidence_free() frees; NULL when memory is
 * exhausted. */
struct evidence *evidence_new(
    const struct clientauth_chain *chain, const struct clienthello *hello);
void evidence_free(struct evidence *evidence);

/* The copies; they live as long as the evidence. */
const struct clientauth_chain *evidence_chain(const struct evidence *evidence);
const struct clienthello *evidence_hello(const struct evidence *evidence);

#endif
