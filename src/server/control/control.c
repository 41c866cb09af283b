/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket. */
#include "server/control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/memory/memory.h"
#include "server/accept/listener.h"
#include "server/control/controlplace.h"
#include "server/event/loop.h"

#define CLIENT_MAX 8 /* with one more, one is closed */
#define GROUPS_MAX 256
#define RETRY_MS 100 /* after descriptors ran out */

struct client {
	struct watch watch; /* its holder is the control */
	struct control_caller caller;
	size_t length;
	char line[CONTROL_COMMAND_MAX];
	char *answer; /* NULL once it has been sent */
	size_t answer_size, answer_sent;
};

struct control {
	struct loop *loop;
	struct listener *listener;
	uid_t owner;
	gid_t group;
	struct watch watch;
	control_handler *handler;
	void *context;
	struct client *clients[CLIENT_MAX]; /* the oldest first */
	size_t count;
	struct deadline retry; /* never, unless a descriptor was missing for a client */
};

static void
drop_client(struct control *control, struct client *client)
{
	size_t i = 0;

	while (control->clients[i] != client)
		i++;
	memmove(&control->clients[i], &control->clients[i + 1],
	    (control->count - i - 1) * sizeof control->clients[0]);
	control->count--;
	loop_remove(control->loop, client->caller.fd, &client->watch);
	close(client->caller.fd);
	stringlist_fini(&client->caller.offered);
	stringlist_fini(&client->caller.kept);
	free(client->answer);
	free(client);
}

/* Sends as much of the answer as the socket takes now. Returns -1 if the client is gone. */
static int
send_answer(struct client *client)
{
	while (client->answer_sent < client->answer_size) {
		ssize_t n =
		    send(client->caller.fd, client->answer + client->answer_sent,
			client->answer_size - client->answer_sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		client->answer_sent += (size_t)n;
	}
	free(client->answer);
	client->answer = NULL;
	return 0;
}

static int
answer_command(struct control *control, struct client *client, const char *command)
{
	FILE *out = open_memstream(&client->answer, &client->answer_size);

	if (out == NULL)
		return -1;
	bool worked = control->handler(control->context, &client->caller, command, out);
	if (client->caller.awaited == 0)
		fputs(worked ? "ok\n" : "failed\n", out);
	client->answer_sent = 0;
	if (fclose(out) != 0)
		return -1;
	return send_answer(client);
}

/* True if the client has all its answers, and may send more. */
static bool
may_send_command(const struct client *client)
{
	return client->answer == NULL && client->caller.awaited == 0;
}

static uint32_t
events_for_client(const struct client *client)
{
	if (client->answer != NULL)
		return EPOLLOUT;
	return client->caller.awaited == 0 ? EPOLLIN : 0;
}

/* Carries out the whole lines that have come, as long as the client takes the answers. Returns -1
 * if the client must be closed. */
static int
carry_out_lines(struct control *control, struct client *client)
{
	char *end = NULL;

	while (may_send_command(client) &&
	       (end = memchr(client->line, '\n', client->length)) != NULL) {
		size_t used = (size_t)(end - client->line) + 1;
		*end = '\0';
		client->line[strcspn(client->line, "\r")] = '\0';
		if (answer_command(control, client, client->line) < 0)
			return -1;
		client->length -= used;
		memmove(client->line, client->line + used, client->length);
	}
	loop_change(control->loop, client->caller.fd, events_for_client(client),
	    &client->watch);
	return client->length < sizeof client->line || !may_send_command(client) ? 0
	                                                                         : -1;
}

static int
receive_bytes(struct client *client)
{
	ssize_t n = recv(client->caller.fd, client->line + client->length,
	    sizeof client->line - client->length, MSG_DONTWAIT);

	if (n > 0)
		client->length += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -1;
}

static void
on_client_ready(struct watch *watch, uint32_t events)
{
	struct control *control = watch->holder;
	struct client *client = (struct client *)watch;
	int result =
	    client->answer != NULL ? send_answer(client) : receive_bytes(client);

	(void)events;
	if (result < 0 || carry_out_lines(control, client) < 0)
		drop_client(control, client);
}

static struct client *
find_awaiting(const struct control *control, unsigned what)
{
	for (size_t i = 0; i < control->count; i++) {
		struct client *client = control->clients[i];
		if (client->caller.awaited != 0 && client->caller.awaited <= what)
			return client;
	}
	return NULL;
}

void
control_conclude(struct control *control, unsigned what, bool worked, const char *text)
{
	struct client *client;

	while ((client = find_awaiting(control, what)) != NULL) {
		client->caller.awaited = 0;
		client->answer =
		    memory_format("%s%s\n", text, worked ? "ok" : "failed");
		client->answer_size = strlen(client->answer);
		client->answer_sent = 0;
		if (send_answer(client) < 0 || carry_out_lines(control, client) < 0)
			drop_client(control, client);
	}
}

/* True if `group` is the primary group of the process at the other end, or another of its
 * groups. */
static bool
is_in_group(int fd, gid_t group, const struct ucred *peer)
{
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof groups;

	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof groups[0]; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* Finds out the rights of the process at the other end, and its id. */
static enum control_right
find_right(const struct control *control, int fd, pid_t *pid)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	*pid = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return CONTROL_LOOK;
	*pid = peer.pid;
	if (peer.uid == 0 || peer.uid == control->owner ||
	    is_in_group(fd, control->group, &peer))
		return CONTROL_CHANGE;
	return CONTROL_LOOK;
}

/* Closes the oldest client if there are too many: one with CONTROL_LOOK if possible. Returns
 * false if that would close a client with CONTROL_CHANGE for one with CONTROL_LOOK. */
static bool
make_room(struct control *control, enum control_right right)
{
	size_t i = 0;

	if (control->count < CLIENT_MAX)
		return true;
	while (i < control->count && control->clients[i]->caller.right != CONTROL_LOOK)
		i++;
	if (i == control->count && right == CONTROL_LOOK)
		return false;
	drop_client(control, control->clients[i < control->count ? i : 0]);
	return true;
}

static void
add_client(struct control *control, int fd)
{
	pid_t pid;
	enum control_right right = find_right(control, fd, &pid);
	struct client *client =
	    make_room(control, right) ? calloc(1, sizeof *client) : NULL;

	if (client == NULL) {
		close(fd);
		return;
	}
	client->caller.fd = fd;
	client->caller.right = right;
	client->caller.pid = pid;
	client->watch = (struct watch){ .ready = on_client_ready, .holder = control };
	control->clients[control->count++] = client;
	if (loop_add(control->loop, fd, EPOLLIN, &client->watch) < 0)
		drop_client(control, client);
}

static void
on_client(struct watch *watch, uint32_t events)
{
	struct control *control = watch->holder;
	struct address peer;
	int fd = listener_accept(control->listener, &peer);

	(void)events;
	if (fd >= 0) {
		add_client(control, fd);
	} else if (!listener_is_usual(errno)) {
		/* The client waits; do not let the loop spin for it. */
		loop_change(control->loop, control->listener->fd, 0, &control->watch);
		control->retry = deadline_in(RETRY_MS);
	}
}

struct deadline
control_expire(struct control *control)
{
	if (!deadline_passed(control->retry))
		return control->retry;
	control->retry = deadline_never();
	if (control->listener != NULL)
		loop_change(
		    control->loop, control->listener->fd, EPOLLIN, &control->watch);
	return control->retry;
}

struct control *
control_open(const struct controlplace *place, struct loop *loop,
    control_handler *handler, void *context, char *error, size_t error_size)
{
	struct listener *listener = controlplace_listen(place, error, error_size);

	if (listener == NULL)
		return NULL;
	struct control *control = memory_new(sizeof *control);
	*control = (struct control){ .loop = loop,
		.listener = listener,
		.owner = place->owner,
		.group = place->group,
		.watch = { .ready = on_client, .holder = control },
		.handler = handler,
		.context = context,
		.retry = deadline_never() };
	if (loop_add(loop, listener->fd, EPOLLIN, &control->watch) == 0)
		return control;
	snprintf(error, error_size, "%s: %s", place->path, strerrordesc_np(errno));
	listener_close(listener);
	free(control);
	return NULL;
}

const char *
control_path(const struct control *control)
{
	return address_path(&control->listener->address);
}

int
control_fd(const struct control *control)
{
	return control->listener->fd;
}

void
control_own(struct control *control)
{
	control->listener->lent = false;
}

static void
stop_listening(struct control *control)
{
	if (control->listener == NULL)
		return;
	loop_remove(control->loop, control->listener->fd, &control->watch);
	listener_close(control->listener);
	control->listener = NULL;
}

void
control_leave(struct control *control, bool kept)
{
	control->listener->lent = kept;
	stop_listening(control);
}

void
control_close(struct control *control)
{
	if (control == NULL)
		return;
	while (control->count > 0)
		drop_client(control, control->clients[0]);
	stop_listening(control);
	free(control);
}
