/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An immutable, reference-counted set of services. */
#include "server/snapshot/snapshot.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/net/resolver.h"
#include "base/memory/shortage.h"
#include "base/text/stringlist.h"
#include "responders/responder.h"
#include "server/snapshot/acmeservice.h"
#include "server/snapshot/certwatch.h"
#include "server/conf/conf.h"
#include "server/limits/limits.h"
#include "server/snapshot/overlap.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/verbosity.h"
#include "tls/session/context.h"
#include "tls/keys/keyring.h"

#define RESOLVE_MS 2000 /* for all names of a snapshot together */

struct snapshot {
	_Atomic(unsigned) references;
	struct conf *conf;
	struct keyring *keyring;
	struct service *all; /* in the order of the file */
	size_t all_count;
	struct service **services; /* those of `all` that serve */
	size_t count;
	struct service *challenges; /* acmeservice.h, or NULL */
	struct route **routes;
	size_t route_count;
	struct verbosity verbosity;
	struct stringlist skipped; /* "NAME: reason" of those left out */
	int64_t time;
	unsigned long long files_state;
};

/* Returns the service of that name, or NULL. */
static const struct service *
find_namesake(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; snapshot != NULL && i < snapshot->count; i++)
		if (strcmp(snapshot->services[i]->name, name) == 0)
			return snapshot->services[i];
	return NULL;
}

static bool
is_about_certificate(const struct finding *finding)
{
	static const char *const keys[] = { "cert", "key", "cert-dir", "pin-file",
		"ocsp-response" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t length = strlen(keys[i]);
		if (strncmp(finding->text, keys[i], length) == 0 &&
		    finding->text[length] == ':')
			return true;
	}
	return false;
}

/* Returns the first error if all errors are about certificates; otherwise NULL. */
static const struct finding *
find_excuse(const struct findings *found)
{
	const struct finding *first = NULL;

	for (size_t i = found->count; i-- > 0;) {
		const struct finding *one = &found->items[i];
		if (one->kind != FINDING_ERROR)
			continue;
		if (!is_about_certificate(one))
			return NULL;
		first = one;
	}
	return first;
}

/* True if on-bad-cert lets the other services go on without this one; its errors then become
 * warnings. A certificate that could not be read because of a shortage is not bad. */
static bool
skip_if_excused(
    struct snapshot *snapshot, const struct service *service, struct findings *found)
{
	const struct finding *excuse = find_excuse(found);

	if (service->conf->on_bad_cert != CONF_SKIP || excuse == NULL ||
	    shortage_is_noted())
		return false;
	char *text = memory_format("%s: %s", service->name, excuse->text);
	stringlist_add(&snapshot->skipped, text, strlen(text));
	free(text);
	findings_soften(found);
	findings_warning(found, "on-bad-cert: [%s] is skipped: correct that and reload",
	    service->name);
	return true;
}

/* Prepares the next service. */
static void
prepare_service(struct snapshot *snapshot, const struct conf_service *conf,
    const struct snapshot *old, struct findings *findings)
{
	struct service *service = &snapshot->all[snapshot->all_count++];
	struct findings found;

	findings_init(&found);
	service_prepare(service, conf, &snapshot->conf->process,
	    find_namesake(old, conf->section.name), snapshot->keyring, &found);
	if (skip_if_excused(snapshot, service, &found))
		service_skip(service);
	else
		snapshot->services[snapshot->count++] = service;
	conf_locate(&conf->section, &found, findings);
}

static void
prepare_services(
    struct snapshot *snapshot, const struct snapshot *old, struct findings *findings)
{
	const struct conf *conf = snapshot->conf;

	snapshot->keyring = keyring_new(old != NULL ? old->keyring : NULL);
	snapshot->all = memory_new(conf->service_count * sizeof *snapshot->all);
	snapshot->services = memory_new(conf->service_count * sizeof(struct service *));
	for (size_t i = 0; i < conf->service_count && !shortage_is_noted(); i++)
		prepare_service(snapshot, conf->services[i], old, findings);
	keyring_close(snapshot->keyring);
}

static struct route *
find_route(const struct snapshot *snapshot, const struct address *address)
{
	for (size_t i = 0; i < snapshot->route_count; i++)
		if (address_equal(route_address(snapshot->routes[i]), address))
			return snapshot->routes[i];
	return NULL;
}

/* Returns the route of `address`, and makes it if there is none. */
static struct route *
find_or_make_route(struct snapshot *snapshot, const struct address *address)
{
	struct route *there = find_route(snapshot, address);

	if (there != NULL)
		return there;
	snapshot->routes = memory_resize(
	    snapshot->routes, (snapshot->route_count + 1) * sizeof(struct route *));
	return snapshot->routes[snapshot->route_count++] = route_new(address);
}

static bool
listens_at(const struct service *service, const struct address *address)
{
	for (size_t i = 0; i < service->address_count; i++)
		if (address_equal(&service->addresses[i], address))
			return true;
	return false;
}

/* True if a service that is not skipped listens at `address`; otherwise nothing does. */
static bool
is_served(const struct snapshot *snapshot, const struct address *address)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (listens_at(snapshot->services[i], address))
			return true;
	return false;
}

/* Makes the routes. Skipped services stay in them, so that no other service gets their
 * clients. */
static void
find_routes(struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot->all_count; i++) {
		const struct service *service = &snapshot->all[i];
		for (size_t j = 0; j < service->address_count; j++)
			if (is_served(snapshot, &service->addresses[j]))
				route_add(find_or_make_route(
					      snapshot, &service->addresses[j]),
				    service);
	}
	for (size_t i = 0; i < snapshot->route_count; i++) {
		route_answer_challenges(snapshot->routes[i], snapshot->challenges);
		route_finish(snapshot->routes[i]);
		overlap_check(snapshot->routes[i], findings);
	}
}

/* Lets clients resume sessions that they began with services of the same names. */
static void
inherit_sessions(struct snapshot *snapshot, const struct snapshot *old)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct service *namesake =
		    find_namesake(old, snapshot->services[i]->name);
		if (namesake != NULL)
			context_inherit(
			    snapshot->services[i]->context, namesake->context);
	}
}

static void
prepare_process(struct snapshot *snapshot, struct findings *findings)
{
	const struct conf *conf = snapshot->conf;
	struct findings found;

	findings_init(&found);
	limits_check(&conf->process.limits, &found);
	verbosity_init(&snapshot->verbosity, &conf->process.class_level,
	    &conf->process.quiet, &found);
	snapshot->challenges = acmeservice_new(conf, &found);
	conf_locate(&conf->process.section, &found, findings);
}

struct snapshot *
snapshot_new(const char *path, const struct snapshot *old, struct findings *findings)
{
	shortage_forget();
	struct snapshot *snapshot = memory_new(sizeof *snapshot);
	size_t errors = findings->errors;

	atomic_init(&snapshot->references, 1);
	snapshot->time = time(NULL);
	snapshot->conf = conf_read(path, findings);
	if (snapshot->conf->files.count == 0) { /* other errors would only follow */
		snapshot_drop(snapshot);
		return NULL;
	}
	snapshot->files_state = certwatch_state(snapshot->conf);
	prepare_process(snapshot, findings);
	prepare_services(snapshot, old, findings);
	if (shortage_is_noted())
		findings_error(findings,
		    "%s: cannot be read for lack of memory or descriptors: free some, "
		    "then try again",
		    path);
	else if (snapshot->count == 0)
		findings_error(findings,
		    "%s: on-bad-cert: every service is skipped: correct a certificate",
		    path);
	else
		find_routes(snapshot, findings);
	if (findings->errors > errors) {
		snapshot_drop(snapshot);
		return NULL;
	}
	if (old != NULL)
		inherit_sessions(snapshot, old);
	return snapshot;
}

void
snapshot_resolve(const struct snapshot *snapshot, struct findings *findings)
{
	resolver_await(RESOLVE_MS);
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct service *service = snapshot->services[i];
		struct findings found;
		findings_init(&found);
		responder_warn(service->responder, &found);
		conf_locate(&service->conf->section, &found, findings);
	}
}

void
snapshot_show(struct snapshot *snapshot, const struct monitor *monitor)
{
	for (size_t i = 0; i < snapshot->count; i++)
		responder_show(snapshot->services[i]->responder, monitor);
}

struct snapshot *
snapshot_take(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void
snapshot_drop(struct snapshot *snapshot)
{
	if (snapshot == NULL || atomic_fetch_sub(&snapshot->references, 1) > 1)
		return;
	for (size_t i = 0; i < snapshot->route_count; i++)
		route_free(snapshot->routes[i]);
	free(snapshot->routes);
	for (size_t i = 0; i < snapshot->all_count; i++)
		service_fini(&snapshot->all[i]);
	free(snapshot->all);
	free(snapshot->services);
	acmeservice_free(snapshot->challenges);
	keyring_free(snapshot->keyring);
	stringlist_fini(&snapshot->skipped);
	conf_free(snapshot->conf);
	free(snapshot);
}

const struct service *
snapshot_find(const struct snapshot *snapshot, const char *name)
{
	return find_namesake(snapshot, name);
}

const struct route *
snapshot_find_route(const struct snapshot *snapshot, const struct address *address)
{
	return find_route(snapshot, address);
}

const struct conf *
snapshot_conf(const struct snapshot *snapshot)
{
	return snapshot->conf;
}

const struct verbosity *
snapshot_verbosity(const struct snapshot *snapshot)
{
	return &snapshot->verbosity;
}

const struct service *
snapshot_challenges(const struct snapshot *snapshot)
{
	return snapshot->challenges;
}

size_t
snapshot_service_count(const struct snapshot *snapshot)
{
	return snapshot->count;
}

const struct service *
snapshot_service(const struct snapshot *snapshot, size_t index)
{
	return snapshot->services[index];
}

size_t
snapshot_route_count(const struct snapshot *snapshot)
{
	return snapshot->route_count;
}

const struct route *
snapshot_route(const struct snapshot *snapshot, size_t index)
{
	return snapshot->routes[index];
}

const struct stringlist *
snapshot_skipped(const struct snapshot *snapshot)
{
	return &snapshot->skipped;
}

int64_t
snapshot_time(const struct snapshot *snapshot)
{
	return snapshot->time;
}

unsigned long long
snapshot_files_state(const struct snapshot *snapshot)
{
	return snapshot->files_state;
}

int64_t
snapshot_next_end(const struct snapshot *snapshot, int64_t now)
{
	int64_t next = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		int64_t end = service_next_end(snapshot->services[i], now);
		if (end != 0 && (next == 0 || end < next))
			next = end;
	}
	return next;
}

void
snapshot_warn(const struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot->count; i++)
		service_warn(snapshot->services[i], findings);
}
