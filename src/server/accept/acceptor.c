/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepts the clients of all listeners, and pauses when descriptors or memory run out. */
#include "server/accept/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/memory/reserve.h"
#include "base/memory/shortage.h"
#include "base/text/stringlist.h"
#include "server/accept/admission.h"
#include "server/accept/bindingset.h"
#include "server/accept/relief.h"
#include "server/accept/sparefds.h"
#include "server/connection/connection.h"
#include "server/snapshot/snapshot.h"

#define BATCH 64 /* connections in a row before other events are handled */
#define RETRY_MS 100 /* after descriptors ran out */
#define WARNING_MS 60000 /* at most one warning a minute */

struct acceptor {
	const struct connection_shared *shared;
	struct relief relief;
	struct snapshot *snapshot;
	struct bindingset set;
	bool paused, exhausted;
	struct sparefds spare;
	bool scarce; /* only spare descriptors may be left */
	struct deadline retry;
	struct deadline next_warning;
};

static uint32_t
wanted_events(const struct acceptor *acceptor)
{
	return acceptor->paused || acceptor->exhausted ? 0 : EPOLLIN;
}

static void
apply_pause(struct acceptor *acceptor)
{
	bindingset_watch(&acceptor->set, wanted_events(acceptor));
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
exhaustion_remedy(int error)
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
warn_of_exhaustion(struct acceptor *acceptor, int error)
{
	if (deadline_passed(acceptor->next_warning)) {
		log_warning("accept: %s: shedding load%s", strerrordesc_np(error),
		    exhaustion_remedy(error));
		acceptor->next_warning = deadline_in(WARNING_MS);
	}
}

/* Closes another connection for the client that waits, or pauses, because descriptors or memory
 * have run out. */
static void
shed_load(struct acceptor *acceptor, const struct binding *binding, int error)
{
	if (!binding_has_client(binding))
		return;
	warn_of_exhaustion(acceptor, error);
	if (!relief_close_one(&acceptor->relief, name_limit(error)))
		pause_for_a_while(acceptor);
}

/* True if there is a descriptor for another connection. */
static bool
has_descriptors(struct acceptor *acceptor, const struct binding *binding)
{
	if (!acceptor->scarce)
		return true;
	acceptor->scarce = sparefds_are_last(&acceptor->spare, binding->listener->fd);
	if (acceptor->scarce)
		shed_load(acceptor, binding, EMFILE);
	return !acceptor->scarce;
}

/* True if there is memory for another connection. If not, a reserve lets accepted connections end
 * properly. */
static bool
has_memory(struct acceptor *acceptor, const struct binding *binding)
{
	if (reserve_is_ready())
		return true;
	if (binding_has_client(binding)) {
		warn_of_exhaustion(acceptor, ENOMEM);
		pause_for_a_while(acceptor);
	}
	return false;
}

/* Handles an error of accept(2). Returns true if another client may be there; one that has left
 * already does not matter. */
static bool
handle_accept_error(struct acceptor *acceptor, const struct binding *binding, int error)
{
	if (shortage_is_cause(error)) {
		acceptor->scarce = error == EMFILE;
		shed_load(acceptor, binding, error);
	} else if (!listener_is_usual(error)) {
		warn_of_exhaustion(acceptor, error);
		pause_for_a_while(acceptor);
	}
	return error == ECONNABORTED || error == EINTR;
}

static bool
has_listener(const struct acceptor *acceptor)
{
	return acceptor->set.count > 0;
}

static int
first_fd(const struct acceptor *acceptor)
{
	return acceptor->set.items[0]->listener->fd;
}

bool
acceptor_relieve(struct acceptor *acceptor)
{
	warn_of_exhaustion(acceptor, EMFILE);
	return relief_close_one(&acceptor->relief, name_limit(EMFILE));
}

void
acceptor_keep_spare(struct acceptor *acceptor)
{
	while (has_listener(acceptor) &&
	       sparefds_are_last(&acceptor->spare, first_fd(acceptor)))
		if (!acceptor_relieve(acceptor))
			return;
}

void
acceptor_make_room(struct acceptor *acceptor)
{
	while (
	    has_listener(acceptor) && !sparefds_suffice_for_reload(first_fd(acceptor)))
		if (!acceptor_relieve(acceptor))
			return;
}

/* Passes the connection on. If the queue is full now, the kernel's backlogs hold the next ones. */
static void
add_to_admission(struct acceptor *acceptor, struct connection *connection)
{
	struct admission *admission = acceptor->relief.admission;

	admission_add(admission, connection);
	if (!admission_has_room(admission))
		acceptor_pause(acceptor);
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
		return handle_accept_error(acceptor, binding, errno);
	acceptor->scarce = fd >= acceptor->spare.bound;
	struct connection *connection = connection_new(
	    fd, &peer, acceptor->snapshot, binding->route, acceptor->shared);
	if (connection != NULL)
		add_to_admission(acceptor, connection);
	else
		warn_of_exhaustion(acceptor, ENOMEM);
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

struct acceptor *
acceptor_new(struct loop *loop, const struct connection_shared *shared,
    const struct relief *relief)
{
	struct acceptor *acceptor = memory_new(sizeof *acceptor);

	acceptor->shared = shared;
	acceptor->relief = *relief;
	acceptor->set = (struct bindingset){ .loop = loop,
		.ready = on_clients,
		.holder = acceptor,
		.events = wanted_events(acceptor) };
	acceptor->retry = deadline_never();
	return acceptor;
}

void
acceptor_free(struct acceptor *acceptor)
{
	if (acceptor == NULL)
		return;
	bindingset_close(&acceptor->set);
	snapshot_drop(acceptor->snapshot);
	free(acceptor);
}

int
acceptor_use(
    struct acceptor *acceptor, struct snapshot *snapshot, struct findings *findings)
{
	if (bindingset_use(&acceptor->set, snapshot, findings) < 0)
		return -1;
	sparefds_set_aside(&acceptor->spare, snapshot);
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
	for (size_t i = 0; i < acceptor->set.count; i++)
		accept_backlog(acceptor, acceptor->set.items[i]);
	bindingset_close(&acceptor->set);
}

void
acceptor_set_owner(struct acceptor *acceptor, uid_t user, gid_t group)
{
	acceptor->set.user = user;
	acceptor->set.group = group;
}

void
acceptor_inherit(struct acceptor *acceptor, struct activation *activation,
    struct inheritance *inheritance)
{
	acceptor->set.activation = activation;
	acceptor->set.inheritance = inheritance;
}

void
acceptor_own(struct acceptor *acceptor)
{
	acceptor->set.inheritance = NULL;
	for (size_t i = 0; i < acceptor->set.count; i++)
		acceptor->set.items[i]->listener->lent = false;
}

void
acceptor_leave(struct acceptor *acceptor, const struct stringlist *kept)
{
	char name[LISTENER_NAME_SIZE];

	for (size_t i = 0; i < acceptor->set.count; i++) {
		struct binding *binding = acceptor->set.items[i];
		listener_name(
		    &binding->listener->address, binding->listener->passed, name);
		binding->listener->lent = stringlist_has(kept, name);
		if (!binding->listener->lent)
			accept_backlog(acceptor, binding);
	}
	bindingset_close(&acceptor->set);
}

size_t
acceptor_count(const struct acceptor *acceptor)
{
	return acceptor->set.count;
}

const struct listener *
acceptor_listener(const struct acceptor *acceptor, size_t index)
{
	return acceptor->set.items[index]->listener;
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

void
acceptor_announce(struct acceptor *acceptor)
{
	for (size_t i = 0; i < acceptor->set.count; i++)
		binding_announce(acceptor->set.items[i]);
}

void
acceptor_print(const struct acceptor *acceptor, FILE *out)
{
	for (size_t i = 0; i < acceptor->set.count; i++)
		binding_print(acceptor->set.items[i], out);
}
