/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket. */
#include "server/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/listener.h"
#include "server/loop.h"

#define CLIENT_MAX 8 /* one more and the oldest has to go */
#define BACKLOG 16

struct client {
	struct watch watch; /* its holder is the control */
	int fd;
	size_t length;
	char line[CONTROL_COMMAND_MAX];
};

struct control {
	struct loop *loop;
	struct listener *listener;
	struct watch watch;
	control_handler *handler;
	void *context;
	struct client *clients[CLIENT_MAX]; /* the oldest first */
	size_t count;
};

static void
drop(struct control *control, struct client *client)
{
	size_t i = 0;

	while (control->clients[i] != client)
		i++;
	memmove(&control->clients[i], &control->clients[i + 1],
	    (control->count - i - 1) * sizeof control->clients[0]);
	control->count--;
	loop_remove(control->loop, client->fd, &client->watch);
	close(client->fd);
	free(client);
}

/* An answer fits into the socket's buffer; who lets it fill up is not waited for. */
static bool
answer(struct control *control, struct client *client, const char *command)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return false;
	bool worked = control->handler(control->context, command, out);
	fputs(worked ? "ok\n" : "failed\n", out);
	fclose(out);
	ssize_t n = send(client->fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(text);
	return n == (ssize_t)size;
}

/* Carries out the whole lines that have come. False when the client has to go. */
static bool
carry_out(struct control *control, struct client *client)
{
	char *end;

	while ((end = memchr(client->line, '\n', client->length)) != NULL) {
		size_t used = (size_t)(end - client->line) + 1;
		*end = '\0';
		client->line[strcspn(client->line, "\r")] = '\0';
		if (!answer(control, client, client->line))
			return false;
		client->length -= used;
		memmove(client->line, client->line + used, client->length);
	}
	return client->length < sizeof client->line;
}

static void
on_command(struct watch *watch, uint32_t events)
{
	struct control *control = watch->holder;
	struct client *client = (struct client *)watch;
	ssize_t n = recv(client->fd, client->line + client->length,
	    sizeof client->line - client->length, MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		client->length += (size_t)n;
		if (carry_out(control, client))
			return;
	}
	drop(control, client);
}

static bool
is_allowed(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	log_warning("control: refused uid %u", (unsigned)peer.uid);
	return false;
}

static void
add_client(struct control *control, int fd)
{
	struct client *client = calloc(1, sizeof *client);

	if (client == NULL) {
		close(fd);
		return;
	}
	if (control->count == CLIENT_MAX)
		drop(control, control->clients[0]);
	client->fd = fd;
	client->watch = (struct watch){ .ready = on_command, .holder = control };
	control->clients[control->count++] = client;
	if (loop_add(control->loop, fd, EPOLLIN, &client->watch) < 0)
		drop(control, client);
}

static void
on_client(struct watch *watch, uint32_t events)
{
	struct control *control = watch->holder;
	struct address peer;
	int fd = listener_accept(control->listener, &peer);

	(void)events;
	if (fd < 0)
		return;
	if (is_allowed(fd))
		add_client(control, fd);
	else
		close(fd);
}

/* The listening socket, its owner's alone from the moment it has a name. */
static struct listener *
listen_at(const char *path, uid_t owner, char *error, size_t error_size)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	if (path[0] != '/' || address_parse_listen(path, addresses, wrong) < 0) {
		snprintf(error, error_size, "%s: is not the path of a socket", path);
		return NULL;
	}
	mode_t mask = umask(0177);
	struct listener *listener = listener_open(&addresses[0], BACKLOG);
	umask(mask);
	if (listener == NULL)
		snprintf(error, error_size, "%s: %s", path, strerrordesc_np(errno));
	else if (chown(path, owner, (gid_t)-1) < 0 && errno != EPERM)
		snprintf(error, error_size, "%s: %s", path, strerrordesc_np(errno));
	else
		return listener;
	listener_close(listener);
	return NULL;
}

struct control *
control_open(const char *path, uid_t owner, struct loop *loop, control_handler *handler,
    void *context, char *error, size_t error_size)
{
	struct listener *listener = listen_at(path, owner, error, error_size);

	if (listener == NULL)
		return NULL;
	struct control *control = memory_new(sizeof *control);
	*control = (struct control){ .loop = loop,
		.listener = listener,
		.watch = { .ready = on_client, .holder = control },
		.handler = handler,
		.context = context };
	if (loop_add(loop, listener->fd, EPOLLIN, &control->watch) == 0)
		return control;
	snprintf(error, error_size, "%s: %s", path, strerrordesc_np(errno));
	listener_close(listener);
	free(control);
	return NULL;
}

void
control_close(struct control *control)
{
	if (control == NULL)
		return;
	while (control->count > 0)
		drop(control, control->clients[0]);
	loop_remove(control->loop, control->listener->fd, &control->watch);
	listener_close(control->listener);
	free(control);
}
