/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CONNECTION_SESSIONREPORT_H
#define TLSD_CLIENT_CONNECTION_SESSIONREPORT_H

/* The output of -v on standard error: one line for each fact, beginning with the fact's name. */

#include <stdint.h>

#include <gnutls/gnutls.h>

struct address;
struct channel;
struct exchange_outcome;
struct parameters;

/* Reports the address and the times of connecting and of the handshake. */
void sessionreport_connection(
    const struct address *reached, int64_t connect_ns, int64_t handshake_ns);

/* Reports the negotiated parameters and the certificate; `verbosity` 2 adds the whole chain. */
void sessionreport_session(
    const struct channel *channel, const struct parameters *parameters, int verbosity);

/* Reports the bytes that the connection carried. */
void sessionreport_exchange(
    const struct channel *channel, const struct exchange_outcome *outcome);

/* Returns the name of the negotiated cipher suite, a static string. */
const char *sessionreport_suite_name(gnutls_session_t session);

#endif
