/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replacing a running tlsd. */
#include "server/process/inheritance.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/net/fdpassing.h"

#define PATIENCE_S 10 /* for the offer; a confirmation waits without a limit */
#define LINE_SIZE 4500 /* the longest path, and the word before it */
#define ANSWER_SIZE 1024

struct item {
	char *name;
	int fd; /* -1 once taken */
};

struct inheritance {
	int fd;
	pid_t pid; /* at the other end */
	struct item *items; /* in the order of the offer */
	size_t count;
};

static int
connect_to(const char *path)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];
	struct timeval patience = { .tv_sec = PATIENCE_S };

	if (path[0] != '/' || address_parse_listen(path, addresses, wrong) < 0) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	    connect(fd, (const struct sockaddr *)&addresses[0].storage,
		addresses[0].length) == 0)
		return fd;
	file_close(fd);
	return -1;
}

/* True if the socket belongs to a trusted user. Its maker will get our clients. */
static bool
is_trusted(int fd, uid_t owner, struct ucred *maker)
{
	socklen_t size = sizeof *maker;

	*maker = (struct ucred){ .uid = (uid_t)-1 };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, maker, &size) < 0)
		return false;
	return maker->uid == 0 || maker->uid == owner || maker->uid == geteuid();
}

static void
add_item(struct inheritance *inheritance, const char *line, int fd)
{
	inheritance->items = memory_resize(
	    inheritance->items, (inheritance->count + 1) * sizeof *inheritance->items);
	inheritance->items[inheritance->count++] = (struct item){
		.name = memory_format("%.*s", (int)strcspn(line, "\n"), line), .fd = fd
	};
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* True if an answer is complete; sets `*worked` by its last line. */
static bool
is_whole_answer(const char *answer, bool *worked)
{
	*worked = strcmp(answer, "ok\n") == 0 || ends_with(answer, "\nok\n");
	return *worked || strcmp(answer, "failed\n") == 0 ||
	       ends_with(answer, "\nfailed\n");
}

/* Writes the first line of the answer, without "error: ", as a reason. */
static void
copy_reason(const char *answer, char *error, size_t error_size)
{
	if (strncmp(answer, "error: ", 7) == 0)
		answer += 7;
	snprintf(error, error_size, "%.*s", (int)strcspn(answer, "\n"), answer);
}

/* Sends a command and collects its answer and the descriptors that come with it. Returns 0 if the
 * answer is "ok". */
static int
send_command(struct inheritance *inheritance, const char *command, char *error,
    size_t error_size)
{
	char answer[ANSWER_SIZE] = "", text[LINE_SIZE];
	size_t length = 0;
	bool worked = false;

	if (send(inheritance->fd, command, strlen(command), MSG_NOSIGNAL) < 0) {
		snprintf(error, error_size, "%s", strerrordesc_np(errno));
		return -1;
	}
	while (!is_whole_answer(answer, &worked) && length < sizeof answer - 1) {
		int fd;
		ssize_t n =
		    fdpassing_receive(inheritance->fd, text, sizeof text - 1, &fd);
		if (n <= 0) {
			snprintf(error, error_size, "%s",
			    n == 0 ? "it closed the connection"
				   : strerrordesc_np(errno));
			return -1;
		}
		text[n] = '\0';
		if (fd >= 0)
			add_item(inheritance, text, fd);
		else
			length += (size_t)snprintf(
			    answer + length, sizeof answer - length, "%s", text);
	}
	if (!worked)
		copy_reason(answer, error, error_size);
	return worked ? 0 : -1;
}

struct inheritance *
inheritance_begin(const char *path, uid_t owner, char *error, size_t error_size)
{
	char reason[ANSWER_SIZE];
	struct ucred maker;
	int fd = connect_to(path);

	if (fd < 0) {
		snprintf(error, error_size,
		    "%s: no tlsd answers there (%s): start tlsd without --upgrade",
		    path, strerrordesc_np(errno));
		return NULL;
	}
	if (!is_trusted(fd, owner, &maker)) {
		snprintf(error, error_size,
		    "%s: belongs to uid %u, which is neither root nor the daemon's "
		    "user",
		    path, (unsigned)maker.uid);
		close(fd);
		return NULL;
	}
	struct inheritance *inheritance = memory_new(sizeof *inheritance);
	inheritance->fd = fd;
	inheritance->pid = maker.pid;
	if (send_command(inheritance, "handover\n", reason, sizeof reason) == 0)
		return inheritance;
	snprintf(error, error_size, "%s: the running tlsd answers: %s", path, reason);
	inheritance_free(inheritance);
	return NULL;
}

int
inheritance_take(struct inheritance *inheritance, const char *name)
{
	for (size_t i = 0; inheritance != NULL && i < inheritance->count; i++) {
		struct item *item = &inheritance->items[i];
		if (item->fd >= 0 && strcmp(item->name, name) == 0) {
			int fd = item->fd;
			item->fd = -1;
			return fd;
		}
	}
	return -1;
}

const char *
inheritance_find(const struct inheritance *inheritance, const char *beginning)
{
	size_t length = strlen(beginning);

	for (size_t i = 0; inheritance != NULL && i < inheritance->count; i++) {
		const struct item *item = &inheritance->items[i];
		if (item->fd >= 0 && strncmp(item->name, beginning, length) == 0)
			return item->name;
	}
	return NULL;
}

pid_t
inheritance_pid(const struct inheritance *inheritance)
{
	return inheritance->pid;
}

/* Tells the old process which descriptors are kept. */
static int
report_taken(struct inheritance *inheritance, char *error, size_t error_size)
{
	char command[64];

	for (size_t i = 0; i < inheritance->count; i++) {
		snprintf(command, sizeof command, "keep %zu\n", i);
		if (inheritance->items[i].fd < 0 &&
		    send_command(inheritance, command, error, error_size) < 0)
			return -1;
	}
	return 0;
}

int
inheritance_confirm(struct inheritance *inheritance, char *error, size_t error_size)
{
	struct timeval for_ever = { 0 };

	if (report_taken(inheritance, error, error_size) < 0)
		return -1;
	/* If this process left without the answer, perhaps no process would serve. */
	setsockopt(
	    inheritance->fd, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof for_ever);
	return send_command(inheritance, "confirm\n", error, error_size);
}

void
inheritance_free(struct inheritance *inheritance)
{
	if (inheritance == NULL)
		return;
	for (size_t i = 0; i < inheritance->count; i++) {
		if (inheritance->items[i].fd >= 0)
			close(inheritance->items[i].fd);
		free(inheritance->items[i].name);
	}
	free(inheritance->items);
	close(inheritance->fd);
	free(inheritance);
}
