/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the control socket listens. */
#include "server/control/controlplace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file/safepath.h"
#include "base/memory/memory.h"
#include "base/net/address.h"
#include "server/accept/bindfault.h"
#include "server/accept/listener.h"
#include "server/process/inheritance.h"
#include "server/process/socketfile.h"

#define BACKLOG 16

static struct listener *
open_listener(const struct controlplace *place, const struct address *address)
{
	char *name = memory_format("control-socket %s", place->path);
	int fd = inheritance_take(place->inheritance, name);
	struct listener *listener = NULL;

	free(name);
	if (fd >= 0) {
		listener = listener_adopt(fd, address, BACKLOG);
		if (listener == NULL)
			close(fd);
		return listener;
	}
	return listener_open(address, place->mode, BACKLOG);
}

/* Parses the path of a socket. Returns 0, or -1 with a reason in `error` and errno 0. */
static int
parse_path(const char *path, struct address *address, char *error, size_t error_size)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE] = "is not the path of a socket";

	if (path[0] == '/' && address_parse_listen(path, addresses, wrong) == 1) {
		*address = addresses[0];
		return 0;
	}
	snprintf(error, error_size, "%.300s: %s", path, wrong);
	errno = 0;
	return -1;
}

/* Says why the socket at `path` could not be made; keeps errno. */
static void
explain_listen_error(const char *path, char *error, size_t error_size)
{
	int saved = errno;

	snprintf(error, error_size, "%s: %s%s", path, strerrordesc_np(saved),
	    bindfault_remedy(AF_UNIX, saved));
	errno = saved;
}

/* Returns 0, or -1 with a reason in `error`, and errno as from safepath_check_folder(). */
static int
check_folder(const struct controlplace *place, char *error, size_t error_size)
{
	int result = safepath_check_folder(
	    place->path, place->owner, place->group, error, error_size);

	if (result < 0 && errno != 0)
		explain_listen_error(place->path, error, error_size);
	return result;
}

struct listener *
controlplace_listen(const struct controlplace *place, char *error, size_t error_size)
{
	struct address address;

	if (parse_path(place->path, &address, error, error_size) < 0)
		return NULL;
	if (check_folder(place, error, error_size) < 0)
		return NULL;
	struct listener *listener = open_listener(place, &address);
	if (listener == NULL) {
		explain_listen_error(place->path, error, error_size);
		return NULL;
	}
	const struct socketfile file = { .path = place->path,
		.owner = place->owner,
		.group = place->group,
		.mode = place->mode,
		.user = place->owner,
		.user_group = place->group };
	if (socketfile_apply(&file, error, error_size) == 0)
		return listener;
	listener_close(listener);
	return NULL;
}

int
controlplace_try(const struct controlplace *place, char *error, size_t error_size)
{
	struct address address;

	if (parse_path(place->path, &address, error, error_size) < 0)
		return -1;
	if (listener_try(&address) < 0) {
		explain_listen_error(place->path, error, error_size);
		return -1;
	}
	int result = check_folder(place, error, error_size);
	errno = 0;
	return result;
}
