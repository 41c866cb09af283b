/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sends arbitrary bytes to the control socket of a server that has a connection. Each
 * line gets printable lines and a verdict; a line that is too long ends the connection;
 * a caller that may only look changes nothing. The first byte of an input sets the
 * caller's right and how the rest is cut.
 */
#include "server/control/control.h"
#include "server/control/controlplace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "fuzz.h"
#include "server/controlcommand.h"
#include "server/conf/conf.h"
#include "server/event/loop.h"
#include "server/report/serverinfo.h"
#include "server/sandbox/sandbox.h"
#include "server/server.h"
#include "server/serverlog.h"
#include "server/snapshot/snapshot.h"
#include "services.h"

#define TURNS 10000 /* after so many turns, the server hangs */
#define TURN_MS 10

static char folder[] = "/tmp/tlsd-control-XXXXXX";
static struct snapshot *snapshot;
static struct sandbox *sandbox;

/* The objects under test: a server, and a client of its control socket. */
struct trial {
	struct server *server;
	struct control *control;
	enum control_right right;
	int fd, victim; /* the client, and a connection of the server */
	size_t verdicts;
	bool ended;
	size_t line_length; /* of the answer's last, incomplete line */
	char line[8];
};

static char *
path_of(const char *name)
{
	return memory_format("%s/%s", folder, name);
}

static void
remove_folder(void)
{
	rmdir(folder);
}

static void
set_up(void)
{
	FUZZ_EXPECT(mkdtemp(folder) != NULL);
	atexit(remove_folder);
	char *ini = memory_format("cert = server.crt\nkey = server.key\nsandbox = no\n"
				  "log-file = /dev/null\n[text]\nlisten = %s/text\n",
	    folder);
	snapshot = services_new(ini);
	sandbox = sandbox_new(snapshot);
	free(ini);
}

static bool
run_command(
    void *context, struct control_caller *caller, const char *command, FILE *out)
{
	struct trial *trial = context;

	caller->right = trial->right;
	return controlcommand_run(trial->server, caller, command, out);
}

static int
dial(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder, name);
	FUZZ_EXPECT(fd >= 0);
	FUZZ_EXPECT(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

/* Begins a trial. Reloads will fail, because the configuration's path is a folder. */
static void
begin(struct trial *trial)
{
	struct server_origin origin = { .path = folder,
		.user = geteuid(),
		.group = getegid(),
		.sandbox = sandbox };
	struct findings findings;
	char error[256], *path = path_of("control");
	struct controlplace place = {
		.path = path, .owner = geteuid(), .group = getegid(), .mode = 0600
	};

	findings_init(&findings);
	FUZZ_EXPECT(serverlog_open(&snapshot_conf(snapshot)->process, false) == 0);
	trial->server = server_new(&origin, snapshot, &findings);
	FUZZ_EXPECT(trial->server != NULL && findings.count == 0);
	trial->control = control_open(&place, server_loop(trial->server), run_command,
	    trial, error, sizeof error);
	FUZZ_EXPECT(trial->control != NULL);
	server_entrust(trial->server, trial->control, NULL, NULL);
	trial->victim = dial("text");
	trial->fd = dial("control");
	findings_fini(&findings);
	free(path);
}

static void
end(struct trial *trial)
{
	control_close(trial->control);
	server_free(trial->server);
	close(trial->fd);
	close(trial->victim);
}

/* Takes one byte of the answer. */
static void
hear(struct trial *trial, char byte)
{
	if (byte != '\n') {
		FUZZ_EXPECT(byte >= ' ' && byte <= '~');
		if (trial->line_length < sizeof trial->line - 1)
			trial->line[trial->line_length++] = byte;
		return;
	}
	trial->line[trial->line_length] = '\0';
	if (strcmp(trial->line, "ok") == 0 || strcmp(trial->line, "failed") == 0)
		trial->verdicts++;
	trial->line_length = 0;
}

/* Runs the server's event loop once and reads the answer so far. */
static void
turn(struct trial *trial)
{
	char bytes[4096];
	ssize_t n;

	loop_turn(server_loop(trial->server), deadline_in(TURN_MS));
	while ((n = recv(trial->fd, bytes, sizeof bytes, 0)) > 0)
		for (ssize_t i = 0; i < n; i++)
			hear(trial, bytes[i]);
	trial->ended = n == 0 || errno == ECONNRESET;
}

static void
say(struct trial *trial, const uint8_t *data, size_t size, size_t piece)
{
	for (int turns = 0; size > 0 && !trial->ended; turns++) {
		FUZZ_EXPECT(turns < TURNS + (int)size);
		ssize_t n =
		    send(trial->fd, data, piece < size ? piece : size, MSG_NOSIGNAL);
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
		turn(trial);
	}
}

/* Returns the number of lines that must be answered. `*whole` is true if no line, and
 * no rest after the last one, is too long. */
static size_t
count_lines(const uint8_t *data, size_t size, bool *whole)
{
	size_t count = 0, length = 0;

	*whole = true;
	for (size_t i = 0; i < size; i++) {
		if (++length == CONTROL_COMMAND_MAX && data[i] != '\n') {
			*whole = false;
			break;
		}
		if (data[i] == '\n') {
			count++;
			length = 0;
		}
	}
	return count;
}

static void
converse(struct trial *trial, const uint8_t *data, size_t size, size_t piece)
{
	bool whole;
	size_t lines = count_lines(data, size, &whole);

	say(trial, data, size, piece);
	for (int i = 0; i < TURNS && trial->verdicts < lines; i++)
		turn(trial);
	FUZZ_EXPECT(trial->verdicts == lines);
	if (whole)
		shutdown(trial->fd, SHUT_WR);
	for (int i = 0; i < TURNS && !trial->ended; i++)
		turn(trial);
	FUZZ_EXPECT(trial->ended && trial->verdicts == lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (snapshot == NULL)
		set_up();
	if (size == 0)
		return 0;
	struct trial trial = { .right = data[0] & 1 ? CONTROL_CHANGE : CONTROL_LOOK };
	size_t piece = data[0] & 2 ? 1 + (data[0] >> 2) : 4096;
	begin(&trial);
	converse(&trial, data + 1, size - 1, piece);
	const struct serverinfo *serverinfo = server_overview(trial.server);
	if (trial.right == CONTROL_LOOK) {
		FUZZ_EXPECT(serverinfo_state(serverinfo) == SERVERINFO_RUNNING);
		FUZZ_EXPECT(serverinfo_failed_reloads(serverinfo) == 0);
	}
	end(&trial);
	return 0;
}
