/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client side of the control socket. */
#include "ctl/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "ctl/ctlstatus.h"

struct wire {
	int fd;
	FILE *in;
};

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (fd >= 0)
		file_close(fd);
	return -1;
}

/* Returns a remedy for `error`, with which connecting to `path` failed. */
static const char *
remedy_for(const char *path, int error)
{
	struct stat st;
	bool known = stat(path, &st) == 0;

	switch (error) {
	case EACCES:
		if (known && (st.st_mode & S_IWGRP) != 0)
			return "run tlsdctl as root or as a member of the socket's "
			       "group";
		return "run tlsdctl as root, or set control-socket-mode";
	case ENOENT:
		return "start tlsd, or give its control-socket with -s or -c; tlsd -f "
		       "opens it only if control-socket is set";
	case ECONNREFUSED:
		if (known && !S_ISSOCK(st.st_mode))
			return "it is not a socket: give the control-socket with -s or "
			       "-c";
		return "no tlsd listens there: start tlsd";
	default:
		return "give the control-socket of tlsd with -s or -c";
	}
}

struct wire *
wire_open(const char *path)
{
	int fd = connect_to(path);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (in == NULL) {
		int error = errno;
		fprintf(stderr, "tlsdctl: %s: %s: %s\n", path, strerrordesc_np(error),
		    remedy_for(path, error));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct wire *wire = memory_new(sizeof *wire);
	*wire = (struct wire){ .fd = fd, .in = in };
	return wire;
}

void
wire_close(struct wire *wire)
{
	fclose(wire->in);
	free(wire);
}

/* Replaces control characters, which the terminal would interpret. */
static void
replace_controls(char *line)
{
	for (; *line != '\0'; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
}

static int
receive_answer(
    struct wire *wire, void (*take)(void *context, const char *line), void *context)
{
	char *line = NULL;
	size_t room = 0;
	int status = CTLSTATUS_NO_DAEMON;

	while (status == CTLSTATUS_NO_DAEMON && getline(&line, &room, wire->in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		replace_controls(line);
		if (strcmp(line, "ok") == 0)
			status = CTLSTATUS_OK;
		else if (strcmp(line, "failed") == 0)
			status = CTLSTATUS_FAILED;
		else
			take(context, line);
	}
	free(line);
	return status;
}

int
wire_ask(struct wire *wire, const char *command,
    void (*take)(void *context, const char *line), void *context)
{
	char *line = memory_format("%s\n", command);
	int status = CTLSTATUS_NO_DAEMON;

	if (file_write_all(wire->fd, line, strlen(line)) == 0)
		status = receive_answer(wire, take, context);
	free(line);
	if (status == CTLSTATUS_NO_DAEMON)
		fputs("tlsdctl: the server closed the connection without an answer\n",
		    stderr);
	return status;
}

void
wire_print(void *context, const char *line)
{
	fprintf(context, "%s\n", line);
}
