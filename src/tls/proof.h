/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PROOF_H
#define TLSD_TLS_PROOF_H

/*
 * The proof of a service before it is put into force: it shakes hands with a client of our
 * own over a socket pair, as it will with everybody, and what it sends is looked at. It uses all
 * processors.
 */

struct context;
struct findings;

/* How many handshakes a service's proof takes, where it has no more pairs than that. */
#define PROOF_HANDSHAKES 100

/*
 * Proves `context`: each pair with the first of its names, all further names until
 * PROOF_HANDSHAKES have been made, a wildcard with a made-up label, by a client that knows
 * the pair's algorithm only; and once by a client that names nobody. Each time the handshake
 * has to succeed with one of the service's chains, sent whole and in order, whose
 * certificate is for that name, and which is not expired while another of the algorithm, or
 * the one of `old`, is valid. `old` is what is in force, or NULL; pairs that it has with the same
 * policy, valid and without an OCSP response, are proved already.
 *
 * Takes less than a millisecond a handshake with an ECDSA key, a few with RSA. Returns 0, or
 * -1 after errors in `findings`, each text starting with its key.
 */
int proof_run(const struct context *context, const struct context *old,
    struct findings *findings);

#endif
