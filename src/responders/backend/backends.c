/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of backends, and the choice among them. */
#include "responders/backend/backends.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/net/resolver.h"
#include "base/text/stringlist.h"

#define AVOID_MS 10000 /* how long a failed backend is left out */

static const char *const balances[] = { "first", "round-robin", "source" };

const char *
backends_balance_name(int index)
{
	return index < (int)(sizeof balances / sizeof balances[0]) ? balances[index]
	                                                           : NULL;
}

static void
add_backend(struct backends *backends, const char *name, int64_t resolve_every_ms,
    struct findings *findings)
{
	struct backend *backend = &backends->list[backends->count++];
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];
	int count = address_parse_connect(name, addresses, wrong);

	backend->name = memory_copy(name);
	atomic_init(&backend->avoid_until_ns, 0);
	atomic_init(&backend->tested_until_ns, 0);
	if (count < 0)
		findings_error(findings, "connect: \"%s\" %s", name, wrong);
	else if (count == 0)
		backend->host = resolver_take(name, resolve_every_ms);
	else
		backend->address = addresses[0];
}

struct backends *
backends_new(const struct stringlist *names, enum balance balance,
    int64_t resolve_every_ms, struct findings *findings)
{
	size_t errors = findings->errors;

	if (names->count == 0) {
		findings_error(findings, "connect: is empty, but respond = connect "
					 "needs it: set a backend, HOST:PORT or /PATH");
		return NULL;
	}
	struct backends *backends = memory_new(sizeof *backends);
	backends->list = memory_new(names->count * sizeof *backends->list);
	backends->balance = balance;
	atomic_init(&backends->turn, 0);
	for (size_t i = 0; i < names->count; i++)
		add_backend(backends, names->items[i], resolve_every_ms, findings);
	if (findings->errors == errors)
		return backends;
	backends_free(backends);
	return NULL;
}

void
backends_free(struct backends *backends)
{
	for (size_t i = 0; i < backends->count; i++) {
		struct backend *backend = &backends->list[i];
		if (backend->host != NULL)
			resolver_drop(backend->host);
		free(backend->name);
	}
	free(backends->list);
	free(backends);
}

static void
warn_of_backend(const struct backend *backend, struct findings *findings)
{
	struct address addresses[ADDRESS_MAX];
	char reason[ADDRESS_TEXT_SIZE] = "";
	int count = backend_addresses(backend, addresses, reason);

	if (reason[0] != '\0')
		findings_warning(findings,
		    "connect: %s: does not resolve yet (%s), %s: check the name and "
		    "the DNS server",
		    backend->name, reason,
		    count > 0 ? "so its last addresses stay in use"
			      : "so it counts as down");
}

void
backends_warn(const struct backends *backends, struct findings *findings)
{
	for (size_t i = 0; i < backends->count; i++)
		warn_of_backend(&backends->list[i], findings);
}

size_t
backends_choose(struct backends *backends, const struct address *peer)
{
	switch (backends->balance) {
	case BALANCE_ROUND_ROBIN:
		return atomic_fetch_add(&backends->turn, 1) % backends->count;
	case BALANCE_SOURCE:
		return address_host_hash(peer) % backends->count;
	default:
		return 0;
	}
}

int
backend_addresses(
    const struct backend *backend, struct address addresses[ADDRESS_MAX], char *reason)
{
	if (backend->host != NULL)
		return resolver_addresses(backend->host, addresses, reason);
	addresses[0] = backend->address;
	return 1;
}

bool
backend_may_try(struct backend *backend, int64_t timeout_ms)
{
	int64_t now_ns = deadline_now_ns();
	int64_t tested_ns = atomic_load(&backend->tested_until_ns);

	if (atomic_load(&backend->avoid_until_ns) > now_ns)
		return false;
	return atomic_load(&backend->avoid_until_ns) == 0 ||
	       (tested_ns <= now_ns &&
		   atomic_compare_exchange_strong(&backend->tested_until_ns, &tested_ns,
		       deadline_after(now_ns, timeout_ms + AVOID_MS).at_ns));
}

void
backend_avoid(struct backend *backend, const char *words)
{
	int64_t now_ns = deadline_now_ns();
	int64_t before_ns = atomic_exchange(
	    &backend->avoid_until_ns, deadline_after(now_ns, AVOID_MS).at_ns);

	atomic_store(&backend->tested_until_ns, 0);
	if (before_ns <= now_ns)
		log_warning("backend %s: avoided for %d s", words, AVOID_MS / 1000);
}

void
backend_welcome(struct backend *backend)
{
	atomic_store(&backend->avoid_until_ns, 0);
}
