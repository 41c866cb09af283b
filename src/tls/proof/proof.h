/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_PROOF_PROOF_H
#define TLSD_TLS_PROOF_PROOF_H

/*
 * Tests a service before it goes into effect: it shakes hands over a socket pair with a client
 * of this module, as with any other client. The module checks what it sends. It uses all
 * processors.
 */

struct context;
struct findings;

/* The maximum number of handshakes to test a service, unless it has more pairs than that. */
#define PROOF_HANDSHAKES 100

/*
 * Tests `context`: each pair with its first name, then all further names until PROOF_HANDSHAKES
 * handshakes have been made, then once without a name. A wildcard gets a made-up label. The
 * client knows only the pair's algorithm, except in the handshake without a name.
 *
 * Each handshake must succeed with one of the service's chains, sent whole and in order. Its
 * certificate must be for that name. It must not be expired while another certificate of that
 * algorithm, or the certificate of `old`, is valid. `old` is the context in effect, or NULL. A
 * pair that it has too, with the same policy, is not tested again if it is valid and has no
 * OCSP response.
 *
 * A handshake takes less than a millisecond with an ECDSA key, and a few with RSA. Returns 0,
 * or -1 after errors in `findings`, each text starting with its key.
 */
int proof_run(const struct context *context, const struct context *old,
    struct findings *findings);

#endif
