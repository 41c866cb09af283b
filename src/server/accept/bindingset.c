/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the listeners of a snapshot and closes those of the last one. */
#include "server/accept/bindingset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "server/accept/activation.h"
#include "server/accept/bindfault.h"
#include "server/conf/conf.h"
#include "server/process/inheritance.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"

void
bindingset_close(struct bindingset *set)
{
	for (size_t i = 0; i < set->count; i++)
		binding_close(set->items[i], set->loop);
	free(set->items);
	set->items = NULL;
	set->count = 0;
}

void
bindingset_watch(struct bindingset *set, uint32_t events)
{
	set->events = events;
	for (size_t i = 0; i < set->count; i++)
		loop_change(set->loop, set->items[i]->listener->fd, events,
		    &set->items[i]->watch);
}

/* Returns the binding that is open at `address` already, or NULL. */
static struct binding *
find_binding(const struct bindingset *set, const struct address *address)
{
	for (size_t i = 0; i < set->count; i++)
		if (address_equal(&set->items[i]->listener->address, address))
			return set->items[i];
	return NULL;
}

/* Returns the socket that the service manager or the other process has there, or -1. */
static int
take_socket(const struct bindingset *set, const struct address *address, bool *passed)
{
	char name[LISTENER_NAME_SIZE];

	*passed = true;
	int fd = activation_take(set->activation, address);
	if (fd < 0)
		fd = inheritance_take(
		    set->inheritance, listener_name(address, true, name));
	if (fd >= 0)
		return fd;
	*passed = false;
	return inheritance_take(set->inheritance, listener_name(address, false, name));
}

/* Returns an inherited listener, or else one of our own; NULL with errno. */
static struct listener *
open_listener(const struct bindingset *set, const struct route *route, int backlog)
{
	const struct address *address = route_address(route);
	mode_t mode = (mode_t)route_service(route, 0)->conf->listen_mode;
	bool passed;
	int fd = take_socket(set, address, &passed);

	if (fd < 0)
		return listener_open(address, mode, backlog);
	struct listener *listener = listener_adopt(fd, address, backlog);
	if (listener == NULL)
		close(fd);
	else
		listener->passed = passed;
	return listener;
}

static struct binding *
open_binding(const struct bindingset *set, const struct route *route, int backlog,
    struct findings *findings)
{
	struct listener *listener = open_listener(set, route, backlog);

	if (listener == NULL) {
		bindfault_report(route, errno, findings);
		return NULL;
	}
	struct binding *binding = memory_new(sizeof *binding);
	binding->watch = (struct watch){ .ready = set->ready, .holder = set->holder };
	binding->listener = listener;
	if (loop_add(set->loop, listener->fd, set->events, &binding->watch) == 0)
		return binding;
	findings_error(findings, "listen: %s", strerrordesc_np(errno));
	listener_close(listener);
	free(binding);
	return NULL;
}

/* Undoes binding_own_file() for a snapshot that is not used. */
static void
restore_files(const struct bindingset *set)
{
	struct findings ignored;

	findings_init(&ignored);
	for (size_t i = 0; i < set->count; i++) {
		struct binding *binding = set->items[i];
		binding_own_file(
		    binding, binding->route, set->user, set->group, &ignored);
	}
	findings_fini(&ignored);
}

/* The bindings of a new snapshot, some of which the set has already. */
struct plan {
	struct binding **bindings;
	size_t count;
};

static bool
is_planned(const struct plan *plan, const struct binding *binding)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->bindings[i] == binding)
			return true;
	return false;
}

/* Opens or finds the binding of `route`. Errors have the place of the first service that listens
 * there. */
static void
plan_route(const struct bindingset *set, const struct snapshot *snapshot,
    const struct route *route, struct plan *plan, struct findings *findings)
{
	int backlog = (int)snapshot_conf(snapshot)->process.backlog;
	struct binding *binding = find_binding(set, route_address(route));
	struct findings found;

	findings_init(&found);
	if (binding == NULL)
		binding = open_binding(set, route, backlog, &found);
	if (binding != NULL)
		binding_own_file(binding, route, set->user, set->group, &found);
	conf_locate(&route_service(route, 0)->conf->section, &found, findings);
	if (binding == NULL)
		return;
	plan->bindings =
	    memory_resize(plan->bindings, (plan->count + 1) * sizeof *plan->bindings);
	plan->bindings[plan->count++] = binding;
}

/* Closes those bindings of `from` that are not among `keep`. */
static void
close_others(
    const struct bindingset *set, const struct plan *from, const struct plan *keep)
{
	for (size_t i = 0; i < from->count; i++)
		if (!is_planned(keep, from->bindings[i]))
			binding_close(from->bindings[i], set->loop);
}

static void
assign_routes(const struct bindingset *set, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot_route_count(snapshot); i++) {
		const struct route *route = snapshot_route(snapshot, i);
		struct binding *binding = find_binding(set, route_address(route));
		if (binding != NULL) /* plan_route() has warned otherwise */
			binding->route = route;
	}
}

int
bindingset_use(
    struct bindingset *set, const struct snapshot *snapshot, struct findings *findings)
{
	struct plan old = { .bindings = set->items, .count = set->count };
	struct plan new = { 0 };
	size_t errors = findings->errors;

	for (size_t i = 0; i < snapshot_route_count(snapshot); i++)
		plan_route(set, snapshot, snapshot_route(snapshot, i), &new, findings);
	if (findings->errors > errors) {
		close_others(set, &new, &old);
		restore_files(set);
		free(new.bindings);
		return -1;
	}
	close_others(set, &old, &new);
	free(old.bindings);
	set->items = new.bindings;
	set->count = new.count;
	assign_routes(set, snapshot);
	return 0;
}
