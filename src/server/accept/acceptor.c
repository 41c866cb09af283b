/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening sockets of a snapshot. */
#include "server/accept/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/memory/reserve.h"
#include "base/memory/shortage.h"
#include "base/text/stringlist.h"
#include "responders/responder.h"
#include "server/accept/activation.h"
#include "server/accept/bindfault.h"
#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/accept/listener.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/process/socketfile.h"
#include "server/process/inheritance.h"

#define BATCH 64 /* connections in a row before other events are handled */
#define RETRY_MS 100 /* after descriptors ran out */
#define RELOAD_SPARE 16 /* descriptors */
#define COMPLAIN_MS 60000 /* at most one warning a minute */

/* A bound listener with its services. */
struct binding {
	struct watch watch; /* its holder is the acceptor */
	struct listener *listener;
	const struct route *route; /* of the snapshot */
	struct socketfile file; /* as it was set last; path NULL: not set yet */
	struct stringlist announced; /* services in the log */
};

struct acceptor {
	struct acceptor_ports ports;
	struct snapshot *snapshot;
	struct activation *activation; /* of the first snapshot, or NULL */
	struct inheritance *inheritance; /* NULL: no listener is lent */
	uid_t user; /* the daemon's */
	gid_t group;
	struct binding **bindings;
	size_t count;
	bool paused, exhausted;
	rlim_t spare; /* descriptors that workers and reloads need */
	int bound; /* the lowest number of the spare ones */
	bool scarce; /* it was reached */
	struct deadline retry;
	struct deadline next_complaint;
};

struct acceptor *
acceptor_new(const struct acceptor_ports *ports)
{
	struct acceptor *acceptor = memory_new(sizeof *acceptor);

	acceptor->ports = *ports;
	acceptor->retry = deadline_never();
	return acceptor;
}

static void
close_binding(struct acceptor *acceptor, struct binding *binding)
{
	loop_remove(acceptor->ports.loop, binding->listener->fd, &binding->watch);
	listener_close(binding->listener);
	stringlist_fini(&binding->announced);
	free(binding);
}

static void
close_all(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->count; i++)
		close_binding(acceptor, acceptor->bindings[i]);
	free(acceptor->bindings);
	acceptor->bindings = NULL;
	acceptor->count = 0;
}

void
acceptor_free(struct acceptor *acceptor)
{
	if (acceptor == NULL)
		return;
	close_all(acceptor);
	snapshot_drop(acceptor->snapshot);
	free(acceptor);
}

static uint32_t
wanted_events(const struct acceptor *acceptor)
{
	return acceptor->paused || acceptor->exhausted ? 0 : EPOLLIN;
}

static void
apply_pause(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->count; i++)
		loop_change(acceptor->ports.loop, acceptor->bindings[i]->listener->fd,
		    wanted_events(acceptor), &acceptor->bindings[i]->watch);
}

void
acceptor_pause(struct acceptor *acceptor)
{
	if (acceptor->paused)
		return;
	acceptor->paused = true;
	apply_pause(acceptor);
}

void
acceptor_resume(struct acceptor *acceptor)
{
	if (!acceptor->paused)
		return;
	acceptor->paused = false;
	apply_pause(acceptor);
}

static const char *
remedy(int error)
{
	return error == EMFILE   ? ": raise ulimit -n"
	       : error == ENFILE ? ": raise fs.file-max"
	                         : "";
}

/* Names the limit that was reached, for the log line of the connection that is closed for it. */
static const char *
name_limit(int error)
{
	return error == EMFILE   ? "the limit of open files"
	       : error == ENFILE ? "the system's limit of open files"
	                         : "the limit of memory";
}

static void
pause_for_a_while(struct acceptor *acceptor)
{
	acceptor->exhausted = true;
	acceptor->retry = deadline_in(RETRY_MS);
	apply_pause(acceptor);
}

static void
complain(struct acceptor *acceptor, int error)
{
	if (deadline_passed(acceptor->next_complaint)) {
		log_warning("accept: %s: shedding load%s", strerrordesc_np(error),
		    remedy(error));
		acceptor->next_complaint = deadline_in(COMPLAIN_MS);
	}
}

/* True if a client waits. accept(2) cannot tell, because it needs a descriptor first. */
static bool
has_pending_client(const struct binding *binding)
{
	struct pollfd pollfd = { .fd = binding->listener->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0;
}

/* Closes another connection for the client that waits, or pauses, because descriptors or memory
 * have run out. */
static void
on_exhaustion(struct acceptor *acceptor, const struct binding *binding, int error)
{
	if (!has_pending_client(binding))
		return;
	complain(acceptor, error);
	if (!acceptor->ports.relieve(acceptor->ports.context, name_limit(error)))
		pause_for_a_while(acceptor);
}

/* Reserves the highest numbers as spare descriptors, a quarter of all at most. */
static void
set_bound(struct acceptor *acceptor)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
		limit.rlim_cur = INT_MAX;
	rlim_t most = limit.rlim_cur / 4;
	rlim_t spare = acceptor->spare < most ? acceptor->spare : most;
	acceptor->bound = (int)(limit.rlim_cur - spare);
}

/* True if only spare descriptors are left, which the lowest free number tells. The limit may have
 * been changed meanwhile. */
static bool
is_scarce(struct acceptor *acceptor, const struct binding *binding)
{
	int fd = fcntl(binding->listener->fd, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	if (fd < 0 || fd >= acceptor->bound)
		set_bound(acceptor);
	return fd < 0 || fd >= acceptor->bound;
}

/* True if there is a descriptor for another connection. */
static bool
has_descriptors(struct acceptor *acceptor, const struct binding *binding)
{
	if (!acceptor->scarce)
		return true;
	acceptor->scarce = is_scarce(acceptor, binding);
	if (acceptor->scarce)
		on_exhaustion(acceptor, binding, EMFILE);
	return !acceptor->scarce;
}

/* True if there is memory for another connection. If not, a reserve lets accepted connections end
 * properly. */
static bool
has_memory(struct acceptor *acceptor, const struct binding *binding)
{
	if (reserve_is_ready())
		return true;
	if (has_pending_client(binding)) {
		complain(acceptor, ENOMEM);
		pause_for_a_while(acceptor);
	}
	return false;
}

/* Handles an error of accept(2). Returns true if another client may be there; one that has left
 * already does not matter. */
static bool
on_failure(struct acceptor *acceptor, const struct binding *binding, int error)
{
	if (shortage_is_cause(error)) {
		acceptor->scarce = error == EMFILE;
		on_exhaustion(acceptor, binding, error);
	} else if (!listener_is_usual(error)) {
		complain(acceptor, error);
		pause_for_a_while(acceptor);
	}
	return error == ECONNABORTED || error == EINTR;
}

bool
acceptor_relieve(struct acceptor *acceptor)
{
	complain(acceptor, EMFILE);
	return acceptor->ports.relieve(acceptor->ports.context, name_limit(EMFILE));
}

void
acceptor_keep_spare(struct acceptor *acceptor)
{
	while (acceptor->count > 0 && is_scarce(acceptor, acceptor->bindings[0]))
		if (!acceptor_relieve(acceptor))
			return;
}

/* True if as many descriptors are free as a reload may need. */
static bool
has_for_reload(const struct acceptor *acceptor)
{
	int fds[RELOAD_SPARE], listener = acceptor->bindings[0]->listener->fd;
	size_t count = 0;

	while (count < RELOAD_SPARE &&
	       (fds[count] = fcntl(listener, F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	bool enough = count == RELOAD_SPARE;
	while (count > 0)
		close(fds[--count]);
	return enough;
}

void
acceptor_make_room(struct acceptor *acceptor)
{
	while (acceptor->count > 0 && !has_for_reload(acceptor))
		if (!acceptor_relieve(acceptor))
			return;
}

/* Accepts one connection from `binding`. Returns false if no more can be accepted now. */
static bool
accept_one(struct acceptor *acceptor, const struct binding *binding)
{
	struct address peer;

	if (!has_descriptors(acceptor, binding) || !has_memory(acceptor, binding))
		return false;
	int fd = listener_accept(binding->listener, &peer);
	if (fd < 0)
		return on_failure(acceptor, binding, errno);
	acceptor->scarce = fd >= acceptor->bound;
	struct connection *connection = connection_new(
	    fd, &peer, acceptor->snapshot, binding->route, acceptor->ports.shared);
	if (connection != NULL)
		acceptor->ports.take(acceptor->ports.context, connection);
	else
		complain(acceptor, ENOMEM);
	return !acceptor->scarce;
}

static void
on_clients(struct watch *watch, uint32_t events)
{
	struct acceptor *acceptor = watch->holder;
	const struct binding *binding = (const struct binding *)watch;

	(void)events;
	for (int i = 0; i < BATCH && wanted_events(acceptor) != 0; i++)
		if (!accept_one(acceptor, binding))
			return;
}

/* Returns the listener that is open at `address` already, or NULL. */
static struct binding *
find_binding(const struct acceptor *acceptor, const struct address *address)
{
	for (size_t i = 0; i < acceptor->count; i++)
		if (address_equal(&acceptor->bindings[i]->listener->address, address))
			return acceptor->bindings[i];
	return NULL;
}

/* Returns the socket that the service manager or the other process has there, or -1. */
static int
inherit(struct acceptor *acceptor, const struct address *address, bool *passed)
{
	char name[LISTENER_NAME_SIZE];

	*passed = true;
	int fd = activation_take(acceptor->activation, address);
	if (fd < 0)
		fd = inheritance_take(
		    acceptor->inheritance, listener_name(address, true, name));
	if (fd >= 0)
		return fd;
	*passed = false;
	return inheritance_take(
	    acceptor->inheritance, listener_name(address, false, name));
}

/* Returns an inherited listener, or else one of our own; NULL with errno. */
static struct listener *
open_listener(struct acceptor *acceptor, const struct route *route, int backlog)
{
	const struct address *address = route_address(route);
	mode_t mode = (mode_t)route_service(route, 0)->conf->listen_mode;
	bool passed;
	int fd = inherit(acceptor, address, &passed);

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
open_binding(struct acceptor *acceptor, const struct route *route, int backlog,
    struct findings *findings)
{
	struct listener *listener = open_listener(acceptor, route, backlog);

	if (listener == NULL) {
		bindfault_report(route, errno, findings);
		return NULL;
	}
	struct binding *binding = memory_new(sizeof *binding);
	binding->watch = (struct watch){ .ready = on_clients, .holder = acceptor };
	binding->listener = listener;
	if (loop_add(acceptor->ports.loop, listener->fd, wanted_events(acceptor),
		&binding->watch) == 0)
		return binding;
	findings_error(findings, "listen: %s", strerrordesc_np(errno));
	listener_close(listener);
	free(binding);
	return NULL;
}

/* Changes the file of a Unix-domain socket if `route` needs other properties than it has, unless
 * the file belongs to the service manager. */
static void
own_socket(const struct acceptor *acceptor, struct binding *binding,
    const struct route *route, struct findings *findings)
{
	const struct address *address = &binding->listener->address;
	const struct socketfile file = service_socketfile(route_service(route, 0),
	    address_path(address), acceptor->user, acceptor->group);
	char error[512];

	if (address_family(address) != AF_UNIX || binding->listener->passed ||
	    (binding->file.path != NULL && binding->file.owner == file.owner &&
		binding->file.group == file.group && binding->file.mode == file.mode))
		return;
	if (socketfile_apply(&file, error, sizeof error) == 0)
		binding->file = file;
	else
		findings_error(findings, "listen: %s", error);
}

/* Undoes own_socket() for a snapshot that is not used. */
static void
own_all(const struct acceptor *acceptor)
{
	struct findings ignored;

	findings_init(&ignored);
	for (size_t i = 0; i < acceptor->count; i++) {
		struct binding *binding = acceptor->bindings[i];
		own_socket(acceptor, binding, binding->route, &ignored);
	}
	findings_fini(&ignored);
}

/* The bindings of a new snapshot, some of which the acceptor has already. */
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
plan_route(struct acceptor *acceptor, const struct snapshot *snapshot,
    const struct route *route, struct plan *plan, struct findings *findings)
{
	int backlog = (int)snapshot_conf(snapshot)->process.backlog;
	struct binding *binding = find_binding(acceptor, route_address(route));
	struct findings found;

	findings_init(&found);
	if (binding == NULL)
		binding = open_binding(acceptor, route, backlog, &found);
	if (binding != NULL)
		own_socket(acceptor, binding, route, &found);
	conf_locate(&route_service(route, 0)->conf->section, &found, findings);
	if (binding == NULL)
		return;
	plan->bindings =
	    memory_resize(plan->bindings, (plan->count + 1) * sizeof *plan->bindings);
	plan->bindings[plan->count++] = binding;
}

/* Closes those doors of `from` that are not among `keep`. */
static void
close_others(
    struct acceptor *acceptor, const struct plan *from, const struct plan *keep)
{
	for (size_t i = 0; i < from->count; i++)
		if (!is_planned(keep, from->bindings[i]))
			close_binding(acceptor, from->bindings[i]);
}

static void
assign_routes(struct acceptor *acceptor, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot_route_count(snapshot); i++) {
		const struct route *route = snapshot_route(snapshot, i);
		struct binding *binding = find_binding(acceptor, route_address(route));
		if (binding != NULL) /* plan_route() has warned otherwise */
			binding->route = route;
	}
}

/* Returns how many descriptors all workers may need at once, and a reload. */
static rlim_t
spare_of(const struct snapshot *snapshot)
{
	unsigned most = 0;

	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		int kind = snapshot_service(snapshot, i)->conf->responder.kind;
		unsigned descriptors = responder_kind_descriptors(kind);
		most = descriptors > most ? descriptors : most;
	}
	return (rlim_t)snapshot_conf(snapshot)->process.workers * most + RELOAD_SPARE;
}

int
acceptor_use(
    struct acceptor *acceptor, struct snapshot *snapshot, struct findings *findings)
{
	struct plan old = { .bindings = acceptor->bindings, .count = acceptor->count };
	struct plan new = { 0 };
	size_t errors = findings->errors;

	for (size_t i = 0; i < snapshot_route_count(snapshot); i++)
		plan_route(
		    acceptor, snapshot, snapshot_route(snapshot, i), &new, findings);
	if (findings->errors > errors) {
		close_others(acceptor, &new, &old);
		own_all(acceptor);
		free(new.bindings);
		return -1;
	}
	acceptor->spare = spare_of(snapshot);
	set_bound(acceptor);
	close_others(acceptor, &old, &new);
	free(old.bindings);
	acceptor->bindings = new.bindings;
	acceptor->count = new.count;
	assign_routes(acceptor, snapshot);
	snapshot_drop(acceptor->snapshot);
	acceptor->snapshot = snapshot_take(snapshot);
	return 0;
}

static void
accept_backlog(struct acceptor *acceptor, const struct binding *binding)
{
	while (accept_one(acceptor, binding))
		;
}

void
acceptor_close(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->count; i++)
		accept_backlog(acceptor, acceptor->bindings[i]);
	close_all(acceptor);
}

void
acceptor_set_owner(struct acceptor *acceptor, uid_t user, gid_t group)
{
	acceptor->user = user;
	acceptor->group = group;
}

void
acceptor_inherit(struct acceptor *acceptor, struct activation *activation,
    struct inheritance *inheritance)
{
	acceptor->activation = activation;
	acceptor->inheritance = inheritance;
}

void
acceptor_own(struct acceptor *acceptor)
{
	acceptor->inheritance = NULL;
	for (size_t i = 0; i < acceptor->count; i++)
		acceptor->bindings[i]->listener->lent = false;
}

void
acceptor_leave(struct acceptor *acceptor, const struct stringlist *kept)
{
	char name[LISTENER_NAME_SIZE];

	for (size_t i = 0; i < acceptor->count; i++) {
		struct binding *binding = acceptor->bindings[i];
		listener_name(
		    &binding->listener->address, binding->listener->passed, name);
		binding->listener->lent = stringlist_has(kept, name);
		if (!binding->listener->lent)
			accept_backlog(acceptor, binding);
	}
	close_all(acceptor);
}

size_t
acceptor_count(const struct acceptor *acceptor)
{
	return acceptor->count;
}

const struct listener *
acceptor_listener(const struct acceptor *acceptor, size_t index)
{
	return acceptor->bindings[index]->listener;
}

struct deadline
acceptor_expire(struct acceptor *acceptor)
{
	if (acceptor->exhausted && deadline_passed(acceptor->retry)) {
		acceptor->exhausted = false;
		acceptor->retry = deadline_never();
		apply_pause(acceptor);
	}
	return acceptor->retry;
}

static void
announce(struct binding *binding, const struct service *service)
{
	char text[ADDRESS_TEXT_SIZE];

	if (service->skipped || stringlist_has(&binding->announced, service->name))
		return;
	stringlist_add(&binding->announced, service->name, strlen(service->name));
	log_notice("listening: %s: %s", listener_format(binding->listener, text),
	    service->name);
}

void
acceptor_announce(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->count; i++) {
		struct binding *binding = acceptor->bindings[i];
		for (size_t j = 0; j < route_count(binding->route); j++)
			announce(binding, route_service(binding->route, j));
	}
}

void
acceptor_print(const struct acceptor *acceptor, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < acceptor->count; i++) {
		const struct binding *binding = acceptor->bindings[i];
		for (size_t j = 0; j < route_count(binding->route); j++)
			if (!route_service(binding->route, j)->skipped)
				fprintf(out, "service: %s: %s\n",
				    route_service(binding->route, j)->name,
				    listener_format(binding->listener, text));
	}
}
