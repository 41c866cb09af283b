/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_CHECK_SCANTARGET_H
#define TLSD_CLIENT_CHECK_SCANTARGET_H

/* The server under examination: its address and the results so far. One thread. */

#include <stdbool.h>
#include <stdint.h>

#include "base/net/address.h"
#include "client/check/diagnosis.h"
#include "client/options/parameters.h"
#include "client/check/probe.h"

struct channel;
struct options;

struct scantarget {
	const struct options *options;
	const struct parameters *parameters;
	struct address address; /* the one of its addresses that is examined */
	struct diagnosis diagnosis;
	struct parameters
	    variation; /* used by scantarget_call(), until the next call */
	bool offers[5]; /* SSL 3.0, TLS 1.0 to 1.3 */
	bool hopeless; /* it does not speak TLS, or does not answer */
};

/* Tries all its addresses and keeps the first that answers. Returns 0, or -1 if none does. */
int scantarget_find(struct scantarget *patient);

/* Returns the GnuTLS priority string `text` with the library's hybrid groups for
 * gnutls_priority_deinit(), or NULL if it is invalid. */
struct gnutls_priority_st *scantarget_priority(const char *text);

/*
 * Makes a connection that accepts any certificate, with `priority` (a GnuTLS string to which the
 * library's hybrid groups are added, or NULL for the client's own). The handshake succeeded if
 * `*result` is 0. Returns NULL without a connection. The caller calls channel_free() before the
 * next call.
 */
struct channel *scantarget_call(
    struct scantarget *patient, const char *priority, int *result);

/* Makes a connection with the client's own parameters, or a variation of them. Sets `*result`
 * and returns as scantarget_call() does. */
struct channel *scantarget_call_with(
    const struct scantarget *patient, const struct parameters *parameters, int *result);

/* Sends a ClientHello and reads the first answer. Fills in the name and the first protocol of
 * the options. */
struct probe_answer scantarget_ask(
    const struct scantarget *patient, struct probe probe);

/* True if the server offers this version; PROBE_SSL3 and later. */
bool scantarget_offers(const struct scantarget *patient, uint16_t version);

#endif
