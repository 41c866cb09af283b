/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits on clients: addresses, numbers, rates. */
#include "server/limits/limits.h"

#include <assert.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/address.h"
#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/net/network.h"
#include "base/net/networklist.h"
#include "base/text/text.h"

#define NS_PER_S 1000000000
#define RATE_MAX 1000000

/* A token bucket that fills at `rate` a second, up to `burst`. */
struct bucket {
	int64_t rate, burst; /* rate 0: no limit */
	int64_t tokens_ns; /* its contents; a token is NS_PER_S */
	int64_t filled_ns; /* when it was last filled */
};

/* The limits and counts of the process or of one service. */
struct gate {
	char *name;
	struct gate *next;
	int64_t max_clients, max_per_ip, max_workers;
	struct networklist allow, deny;
	struct bucket bucket;
	int64_t clients, workers; /* at the moment */
	void *sources; /* a tree(3) of struct source */
};

/* The number of a client's connections. */
struct source {
	unsigned char client[NETWORK_CLIENT_SIZE];
	int64_t count;
};

struct limits {
	struct gate process;
	struct gate *services;
};

static int
compare_sources(const void *a, const void *b)
{
	return memcmp(((const struct source *)a)->client,
	    ((const struct source *)b)->client, NETWORK_CLIENT_SIZE);
}

/* Reads "RATE" or "RATE burst BURST". */
static int
parse_rate(const char *text, int64_t *rate, int64_t *burst)
{
	char first[16], word[16], second[16], rest[2];
	int parts = sscanf(text, "%15s %15s %15s %1s", first, word, second, rest);

	if (parts < 1 || text_parse_number(first, 1, RATE_MAX, rate) < 0)
		return -1;
	*burst = *rate;
	if (parts == 1)
		return 0;
	if (parts != 3 || strcmp(word, "burst") != 0)
		return -1;
	return text_parse_number(second, 1, RATE_MAX, burst);
}

void
limits_check(const struct limit_settings *settings, struct findings *findings)
{
	int64_t rate, burst;

	networklist_check("allow", &settings->allow, findings);
	networklist_check("deny", &settings->deny, findings);
	if (settings->accept_rate[0] != '\0' &&
	    parse_rate(settings->accept_rate, &rate, &burst) < 0)
		findings_error(findings,
		    "accept-rate: \"%s\" is not a rate: write RATE or RATE burst "
		    "NUMBER, with numbers in 1-%d",
		    settings->accept_rate, RATE_MAX);
}

static void
set_gate(struct gate *gate, const struct limit_settings *settings)
{
	int64_t rate = 0, burst = 0;

	networklist_fini(&gate->allow);
	networklist_fini(&gate->deny);
	gate->allow = networklist_of(&settings->allow);
	gate->deny = networklist_of(&settings->deny);
	gate->max_clients = settings->max_clients;
	gate->max_per_ip = settings->max_per_ip;
	gate->max_workers = settings->max_workers;
	parse_rate(settings->accept_rate, &rate, &burst);
	if (rate != gate->bucket.rate || burst != gate->bucket.burst)
		gate->bucket = (struct bucket){ .rate = rate,
			.burst = burst,
			.tokens_ns = burst * NS_PER_S,
			.filled_ns = deadline_now_ns() };
}

static void
fini_gate(struct gate *gate)
{
	assert(gate->clients == 0);
	tdestroy(gate->sources, free);
	networklist_fini(&gate->allow);
	networklist_fini(&gate->deny);
	free(gate->name);
}

struct limits *
limits_new(void)
{
	return memory_new(sizeof(struct limits));
}

void
limits_free(struct limits *limits)
{
	if (limits == NULL)
		return;
	while (limits->services != NULL) {
		struct gate *gate = limits->services;
		limits->services = gate->next;
		fini_gate(gate);
		free(gate);
	}
	fini_gate(&limits->process);
	free(limits);
}

void
limits_set_process(struct limits *limits, const struct limit_settings *settings)
{
	set_gate(&limits->process, settings);
}

struct gate *
limits_gate(const struct limits *limits, const char *name)
{
	struct gate *gate = limits->services;

	while (gate != NULL && strcmp(gate->name, name) != 0)
		gate = gate->next;
	return gate;
}

void
limits_set_service(
    struct limits *limits, const char *name, const struct limit_settings *settings)
{
	struct gate *gate = limits_gate(limits, name);

	if (gate == NULL) {
		gate = memory_new(sizeof *gate);
		gate->name = memory_copy(name);
		gate->next = limits->services;
		limits->services = gate;
	}
	set_gate(gate, settings);
}

bool
limits_take_worker(struct gate *gate)
{
	if (gate->max_workers > 0 && gate->workers >= gate->max_workers)
		return false;
	gate->workers++;
	return true;
}

void
limits_give_worker(struct gate *gate)
{
	assert(gate->workers > 0);
	gate->workers--;
}

bool
limits_bound_workers(const struct gate *gate)
{
	return gate->max_workers > 0;
}

enum denial { IN_DENY, NOT_IN_ALLOW, MAX_CLIENTS, MAX_PER_IP, ACCEPT_RATE, NOT_DENIED };

/* The reasons of the process and of a service. */
static const char *const reasons[NOT_DENIED][2] = {
	[IN_DENY] = { "the address is in deny (of the process)",
	    "the address is in deny (of the service)" },
	[NOT_IN_ALLOW] = { "the address is not in allow (of the process)",
	    "the address is not in allow (of the service)" },
	[MAX_CLIENTS] = { "max-clients is reached (of the process)",
	    "max-clients is reached (of the service)" },
	[MAX_PER_IP] = { "max-per-ip is reached (of the process)",
	    "max-per-ip is reached (of the service)" },
	[ACCEPT_RATE] = { "accept-rate is reached (of the process)",
	    "accept-rate is reached (of the service)" },
};

static struct source *
find_source(const struct gate *gate, const struct address *peer)
{
	struct source wanted;

	network_client(peer, wanted.client);
	struct source **node = tfind(&wanted, &gate->sources, compare_sources);
	return node != NULL ? *node : NULL;
}

static bool
has_too_many(const struct gate *gate, const struct address *peer)
{
	if (gate->max_per_ip == 0)
		return false;
	const struct source *source = find_source(gate, peer);
	return source != NULL && source->count >= gate->max_per_ip;
}

static void
fill_bucket(struct bucket *bucket)
{
	int64_t now_ns = deadline_now_ns();
	int64_t full_ns = bucket->burst * NS_PER_S;
	int64_t passed_ns = now_ns - bucket->filled_ns;

	bucket->filled_ns = now_ns;
	/* This is longer than filling takes, and the product might overflow. */
	if (passed_ns > full_ns / bucket->rate)
		bucket->tokens_ns = full_ns;
	else
		bucket->tokens_ns += passed_ns * bucket->rate;
	if (bucket->tokens_ns > full_ns)
		bucket->tokens_ns = full_ns;
}

static bool
is_too_fast(struct bucket *bucket)
{
	if (bucket->rate == 0)
		return false;
	fill_bucket(bucket);
	return bucket->tokens_ns < NS_PER_S;
}

/* Checks whether `gate` admits one more connection of `peer`. `deny` wins over `allow`. */
static enum denial
check_gate(struct gate *gate, const struct address *peer)
{
	if (networklist_have(&gate->deny, peer))
		return IN_DENY;
	if (gate->allow.count > 0 && !networklist_have(&gate->allow, peer))
		return NOT_IN_ALLOW;
	if (gate->max_clients > 0 && gate->clients >= gate->max_clients)
		return MAX_CLIENTS;
	if (has_too_many(gate, peer))
		return MAX_PER_IP;
	return is_too_fast(&gate->bucket) ? ACCEPT_RATE : NOT_DENIED;
}

/* Returns false if memory is exhausted. */
static bool
count_source(struct gate *gate, const struct address *peer)
{
	struct source *source = find_source(gate, peer);

	if (source != NULL) {
		source->count++;
		return true;
	}
	source = malloc(sizeof *source);
	if (source == NULL)
		return false;
	source->count = 1;
	network_client(peer, source->client);
	if (tsearch(source, &gate->sources, compare_sources) != NULL)
		return true;
	free(source);
	return false;
}

static void
uncount_source(struct gate *gate, const struct address *peer)
{
	struct source *source = find_source(gate, peer);

	assert(source != NULL);
	if (--source->count > 0)
		return;
	tdelete(source, &gate->sources, compare_sources);
	free(source);
}

struct gate *
limits_process(struct limits *limits)
{
	return &limits->process;
}

enum failure
limits_enter(struct gate *gate, const struct address *peer, const char **reason)
{
	enum denial denial = check_gate(gate, peer);

	if (denial != NOT_DENIED) {
		*reason = reasons[denial][gate->name != NULL];
		return denial <= NOT_IN_ALLOW ? FAILURE_REFUSED_ADDRESS
		                              : FAILURE_REFUSED_LIMIT;
	}
	if (!count_source(gate, peer)) {
		*reason = "out of memory";
		return FAILURE_INTERNAL;
	}
	gate->clients++;
	if (gate->bucket.rate > 0)
		gate->bucket.tokens_ns -= NS_PER_S;
	return FAILURE_NONE;
}

void
limits_leave(struct gate *gate, const struct address *peer)
{
	uncount_source(gate, peer);
	gate->clients--;
}

void
limits_cancel(struct gate *gate, const struct address *peer)
{
	limits_leave(gate, peer);
	if (gate->bucket.rate > 0)
		gate->bucket.tokens_ns += NS_PER_S;
}
