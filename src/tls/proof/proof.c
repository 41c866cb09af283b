/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A service shakes hands with itself. */
#include "tls/proof/proof.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/thread/parallel.h"
#include "base/text/stringlist.h"
#include "tls/session/context.h"
#include "tls/keys/keypair.h"
#include "tls/keys/pairs.h"
#include "tls/policy/policy.h"
#include "tls/proof/trials.h"
#include "tls/x509/servername.h"

/* Pairs that one thread tests one after the other, in parallel with other shares. */
enum { SHARE_SIZE = 16 };
struct share {
	const struct keypair *pairs[SHARE_SIZE];
	size_t count;
	struct findings findings;
};

struct proof {
	const struct context *context, *old;
	struct findings *findings;
	struct share *shares;
	size_t share_count;
	size_t handshakes;
};

/* True if a client can ask for `name`: a client never names an address (RFC 6066, 3), and a
 * common name may be anything. */
static bool
is_host(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, address) != 1 &&
	       inet_pton(AF_INET6, name, address) != 1 && name[0] != '\0' &&
	       servername_host_size(name, strlen(name)) == strlen(name);
}

static void
try_name(struct trials *trials, const struct keypair *pair, const char *name)
{
	char *host = name[0] == '*' ? memory_format("tlsd-proof%s", name + 1)
	                            : memory_copy(name);

	/* A wildcard does not match hosts of a whole "*.org". */
	bool askable = is_host(host) && keypair_covers(pair, host);
	trials_run(trials, pair, askable ? host : NULL);
	free(host);
}

/* Tests the pair with name number `place`. Returns false if it does not have that many. A pair
 * without names is tested once, without a host. */
static bool
try_pair(struct trials *trials, const struct keypair *pair, size_t place)
{
	const struct stringlist *names = keypair_names(pair);

	if (place < names->count)
		try_name(trials, pair, names->items[place]);
	else if (place == 0)
		trials_run(trials, pair, NULL);
	return place < names->count;
}

static void
prove_share(void *context, size_t number)
{
	const struct proof *proof = context;
	struct share *share = &proof->shares[number];
	struct trials trials;

	findings_init(&share->findings);
	if (trials_init(&trials, proof->context, proof->old, &share->findings))
		for (size_t i = 0; i < share->count; i++)
			try_pair(&trials, share->pairs[i], 0);
	trials_fini(&trials);
}

/* True if the service in effect has tested this pair in the same way. A pair with an OCSP
 * response is always tested. */
static bool
is_proved_before(const struct proof *proof, const struct offer *offer)
{
	return proof->old != NULL && offer->staple == NULL &&
	       keypair_is_valid(offer->pair, time(NULL)) &&
	       policy_equal(
		   context_policy(proof->context), context_policy(proof->old)) &&
	       pairs_have(context_pairs(proof->old), offer->pair);
}

static void
make_shares(struct proof *proof)
{
	const struct pairs *pairs = context_pairs(proof->context);

	proof->shares =
	    memory_new((pairs_count(pairs) / SHARE_SIZE + 1) * sizeof *proof->shares);
	for (size_t i = 0; i < pairs_count(pairs); i++) {
		const struct offer *offer = pairs_offer(pairs, i);
		if (is_proved_before(proof, offer))
			continue;
		proof->share_count = proof->handshakes / SHARE_SIZE + 1;
		proof->handshakes++;
		struct share *share = &proof->shares[proof->share_count - 1];
		share->pairs[share->count++] = offer->pair;
	}
}

/* Tests each pair with its first name, or without one. */
static void
try_first_names(struct proof *proof)
{
	parallel_run(proof->share_count, prove_share, proof);
	for (size_t i = 0; i < proof->share_count; i++) {
		struct findings *found = &proof->shares[i].findings;
		findings_copy(proof->findings, found);
		findings_fini(found);
	}
}

/* Tries name number `place` of the pairs of a share that have that many. */
static bool
try_names(
    struct proof *proof, struct trials *trials, const struct share *share, size_t place)
{
	bool more = false;

	for (size_t i = 0; i < share->count && proof->handshakes < PROOF_HANDSHAKES;
	     i++)
		if (try_pair(trials, share->pairs[i], place)) {
			proof->handshakes++;
			more = true;
		}
	return more;
}

static void
try_other_names(struct proof *proof, struct trials *trials)
{
	const size_t errors = proof->findings->errors;
	bool more = true;

	for (size_t place = 1; more && proof->findings->errors == errors; place++) {
		more = false;
		for (size_t i = 0; i < proof->share_count; i++)
			more =
			    try_names(proof, trials, &proof->shares[i], place) || more;
	}
}

/* A mistake often affects many names, so testing stops after a first round that fails. */
static int
try_all(struct proof *proof)
{
	const size_t errors = proof->findings->errors;
	struct trials trials;

	try_first_names(proof);
	if (proof->findings->errors > errors)
		return -1;
	if (trials_init(&trials, proof->context, proof->old, proof->findings)) {
		try_other_names(proof, &trials);
		if (proof->findings->errors == errors)
			trials_run(&trials, NULL, NULL);
	}
	trials_fini(&trials);
	return proof->findings->errors > errors ? -1 : 0;
}

int
proof_run(
    const struct context *context, const struct context *old, struct findings *findings)
{
	struct proof proof = { .context = context, .old = old, .findings = findings };

	make_shares(&proof);
	int result = try_all(&proof);
	free(proof.shares);
	return result;
}
