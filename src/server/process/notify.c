/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of sd_notify(3). */
#include "server/process/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/text/text.h"

#define PATIENCE_S 2 /* for a manager that does not read */
#define MESSAGE_SIZE 512
#define US_PER_MS 1000
#define NS_PER_US 1000

struct notify {
	int fd;
	int64_t watchdog_ms;
	struct deadline next; /* sign of life */
};

/* Returns a number from the environment, or 0 if it is not there. */
static int64_t
read_environment_number(const char *name)
{
	const char *text = getenv(name);
	int64_t number;

	if (text == NULL || text_parse_number(text, 1, INT64_MAX, &number) < 0)
		return 0;
	return number;
}

/* Returns the interval that the manager sets, unless it is meant for another process. */
static int64_t
find_watchdog_ms(void)
{
	int64_t pid = read_environment_number("WATCHDOG_PID");

	return pid == 0 || pid == getpid()
	           ? read_environment_number("WATCHDOG_USEC") / US_PER_MS
	           : 0;
}

/* Fills in the address. Returns its length, or 0 if `name` is not an address. */
static socklen_t
parse_name(const char *name, struct sockaddr_un *address)
{
	size_t length = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || length < 2 ||
	    length >= sizeof address->sun_path)
		return 0;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int
connect_to(const char *name)
{
	struct sockaddr_un address = { 0 };
	socklen_t length = parse_name(name, &address);

	if (length == 0) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, length) == 0)
		return fd;
	file_close(fd);
	return -1;
}

struct notify *
notify_open(char *error, size_t error_size)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct notify *notify = NULL;

	error[0] = '\0';
	if (name != NULL) {
		int fd = connect_to(name);
		if (fd >= 0)
			notify = notify_adopt(fd, find_watchdog_ms());
		else
			snprintf(error, error_size, "NOTIFY_SOCKET: %s: %s", name,
			    strerrordesc_np(errno));
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	return notify;
}

struct notify *
notify_adopt(int fd, int64_t watchdog_ms)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct notify *notify = memory_new(sizeof *notify);

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	notify->fd = fd;
	notify->watchdog_ms = watchdog_ms;
	notify->next = watchdog_ms > 0 ? deadline_in(1) : deadline_never();
	return notify;
}

void
notify_close(struct notify *notify)
{
	if (notify == NULL)
		return;
	close(notify->fd);
	free(notify);
}

int
notify_fd(const struct notify *notify)
{
	return notify->fd;
}

int64_t
notify_watchdog_ms(const struct notify *notify)
{
	return notify->watchdog_ms;
}

static void __attribute__((format(printf, 3, 4)))
send_notification(const struct notify *notify, int flags, const char *format, ...)
{
	char message[MESSAGE_SIZE];
	va_list args;

	if (notify == NULL)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	/* If it is lost, nothing else can report that. */
	send(notify->fd, message, strlen(message), flags | MSG_NOSIGNAL);
}

void
notify_ready(struct notify *notify, const char *status)
{
	send_notification(notify, 0, "READY=1\nSTATUS=%s", status);
}

void
notify_reloading(struct notify *notify)
{
	send_notification(notify, 0,
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\nSTATUS=reloading",
	    deadline_now_ns() / NS_PER_US);
}

void
notify_stopping(struct notify *notify, int64_t timeout_ms, const char *status)
{
	uint64_t most = timeout_ms > 0 ? (uint64_t)timeout_ms * US_PER_MS : UINT64_MAX;

	send_notification(notify, 0,
	    "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRIu64 "\nSTATUS=%s", most, status);
}

void
notify_status(struct notify *notify, const char *status)
{
	send_notification(notify, 0, "STATUS=%s", status);
}

void
notify_replaced(struct notify *notify, pid_t pid)
{
	send_notification(notify, 0, "MAINPID=%ld", (long)pid);
}

struct deadline
notify_expire(struct notify *notify)
{
	if (notify == NULL)
		return deadline_never();
	if (deadline_passed(notify->next)) {
		send_notification(notify, MSG_DONTWAIT, "WATCHDOG=1");
		notify->next = deadline_in(notify->watchdog_ms / 2);
	}
	return notify->next;
}
