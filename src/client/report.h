/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_REPORT_H
#define TLSD_CLIENT_REPORT_H

/* What -v says, on standard error: one line for each fact, the fact's name first. */

#include <stdint.h>

#include <gnutls/gnutls.h>

struct address;
struct channel;
struct exchange_outcome;
struct parameters;

/* How the connection came about; the times are those of the phases. */
void report_connection(
    const struct address *reached, int64_t connect_ns, int64_t handshake_ns);

/* What was negotiated, and with whom; `verbosity` 2 adds the whole chain. */
void report_session(
    const struct channel *channel, const struct parameters *parameters, int verbosity);

/* What went over the connection in the end. */
void report_exchange(
    const struct channel *channel, const struct exchange_outcome *outcome);

/* The name of the cipher suite that was negotiated; for ever valid. */
const char *report_suite_name(gnutls_session_t session);

#endif
