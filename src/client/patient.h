/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CLIENT_PATIENT_H
#define TLSD_CLIENT_PATIENT_H

/* The server under examination: how to reach it, and what was found so far. One thread. */

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "client/diagnosis.h"
#include "client/parameters.h"
#include "client/probe.h"

struct channel;
struct options;

struct patient {
	const struct options *options;
	const struct parameters *parameters;
	struct address address; /* of its addresses, the one that is examined */
	struct diagnosis diagnosis;
	struct parameters variation; /* of patient_call(), until the next one */
	bool offers[5]; /* SSL 3.0, TLS 1.0 to 1.3 */
	bool hopeless; /* it speaks no TLS, or nothing at all */
};

/* Tries all its addresses and keeps the first that answers; -1 if none does. */
int patient_find(struct patient *patient);

/*
 * A connection that goes on whatever the certificate, with `priority` (a GnuTLS string, or
 * NULL for the client's own), that has shaken hands if `*result` is 0. NULL when there is
 * no connection. channel_free() is the caller's, before the next call.
 */
struct channel *patient_call(
    struct patient *patient, const char *priority, int *result);

/* The same with the client's own parameters, or variations of them. */
struct channel *patient_call_with(
    const struct patient *patient, const struct parameters *parameters, int *result);

/* Asks without shaking hands. The name and the protocols of the options are filled in. */
struct probe_answer patient_ask(const struct patient *patient, struct probe probe);

/* Whether it offers this version, PROBE_SSL3 and on. */
bool patient_offers(const struct patient *patient, uint16_t version);

#endif
