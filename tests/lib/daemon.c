/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a real tlsd as a child of the test. */
#include "lib/daemon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/peer.h"
#include "lib/pki.h"
#include "lib/suite.h"

#define LOG_LIMIT (64 << 20)
#define PAUSE_MS 3
#define MAX_CHILDREN 8
#define CALM_MS 1500 /* long enough to reveal a busy loop */
#define FEW_TICKS 30 /* of processor time in CALM_MS */

static struct {
	pid_t pids[MAX_CHILDREN]; /* children that have not been waited for */
	pid_t owner;
	unsigned count; /* number of children started so far */
} children;

static void
kill_children(void)
{
	if (children.owner != getpid())
		return;
	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (children.pids[i] > 0)
			kill(children.pids[i], SIGKILL);
}

/* Arranges that the children are killed when the process exits. */
static void
set_up(void)
{
	if (children.owner == getpid())
		return;
	memset(&children, 0, sizeof children);
	children.owner = getpid();
	atexit(kill_children);
}

static void
forget_child(pid_t pid)
{
	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (children.pids[i] == pid)
			children.pids[i] = 0;
}

static void
remember_child(pid_t pid)
{
	set_up();
	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (children.pids[i] == 0) {
			children.pids[i] = pid;
			return;
		}
	ck_abort_msg("more than %d children", MAX_CHILDREN);
}

void
daemon_adopt(pid_t pid)
{
	remember_child(pid);
}

long long
daemon_deadline(void)
{
	return deadline_in(SUITE_PATIENCE_MS).at_ns;
}

void
daemon_pause(long long deadline_ns, const char *what)
{
	ck_assert_msg(
	    !deadline_passed((struct deadline){ .at_ns = deadline_ns }), "%s", what);
	poll(NULL, 0, PAUSE_MS);
}

static const char *
program(void)
{
	const char *folder = getenv("top_builddir");

	return suite_format("%s/tlsd", folder != NULL ? folder : ".");
}

static void
limit_descriptors(unsigned descriptors)
{
	struct rlimit limit = { .rlim_cur = descriptors, .rlim_max = descriptors };

	if (descriptors > 0)
		setrlimit(RLIMIT_NOFILE, &limit);
}

/* Runs in the child: executes tlsd, or exits with 125 or 126. */
static void
become(const char *path, const char *output, unsigned descriptors,
    const char *const arguments[3])
{
	int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == 1 || fd < 0)
		_exit(125);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
	limit_descriptors(descriptors);
	execl(path, "tlsd", arguments[0], arguments[1], arguments[2], (char *)NULL);
	fprintf(stderr, "%s: %s\n", path, strerrordesc_np(errno));
	_exit(126);
}

static pid_t
launch(const char *output, unsigned descriptors, const char *const arguments[3])
{
	const char *path = program();

	fflush(NULL);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become(path, output, descriptors, arguments);
	remember_child(pid);
	return pid;
}

/* Makes an authority and a server's pair on the first call in a process. */
static void
make_pair(void)
{
	static pid_t made_by;

	if (made_by == getpid())
		return;
	made_by = getpid();
	struct pki_pair *ca = pki_ca("tlsd test authority");
	struct pki_pair *server = pki_server(ca);
	pki_cert_file("ca.crt", ca);
	pki_cert_file("server.crt", server);
	pki_key_file("server.key", server);
	pki_free(server);
	pki_free(ca);
}

const char *
daemon_ini(const char *more)
{
	make_pair();
	return suite_format("listen = 127.0.0.1:0\n"
			    "cert = %s/server.crt\nkey = %s/server.key\n%s",
	    suite_folder(), suite_folder(), more);
}

struct daemon *
daemon_spawn(const struct daemon_options *options)
{
	struct daemon *daemon = memory_new(sizeof *daemon);

	set_up();
	unsigned number = ++children.count;
	daemon->conf = suite_format("%s/tlsd-%u.ini", suite_folder(), number);
	const char *output = suite_format("%s/tlsd-%u.err", suite_folder(), number);
	daemon->log = options->log != NULL ? options->log : output;
	daemon_configure(daemon, options->ini);
	const char *const arguments[] = { "-f", "-c", daemon->conf };
	daemon->pid = launch(output, options->descriptors, arguments);
	return daemon;
}

struct daemon *
daemon_start(const char *ini)
{
	struct daemon *daemon = daemon_spawn(&(struct daemon_options){ .ini = ini });

	daemon_expect(daemon, ": started: ");
	return daemon;
}

struct daemon *
daemon_serve(const char *more)
{
	return daemon_start(daemon_ini(more));
}

void
daemon_signal(const struct daemon *daemon, int number)
{
	ck_assert_int_eq(kill(daemon->pid, number), 0);
}

static int
wait_for(pid_t pid, const char *log)
{
	long long deadline = daemon_deadline();
	int status;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0)
		daemon_pause(deadline, log);
	ck_assert_int_eq(ended, pid);
	forget_child(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
daemon_wait(struct daemon *daemon)
{
	int status = wait_for(daemon->pid, "tlsd does not end");

	daemon->pid = 0;
	return status;
}

void
daemon_stop(struct daemon *daemon)
{
	if (daemon->pid > 0) {
		daemon_signal(daemon, SIGTERM);
		int status = daemon_wait(daemon);
		ck_assert_msg(
		    status == 0, "tlsd ended with %d:\n%s", status, daemon_log(daemon));
	}
	free(daemon->text);
	free(daemon);
}

void
daemon_configure(const struct daemon *daemon, const char *ini)
{
	ck_assert_int_eq(
	    file_write(daemon->conf, ini, strlen(ini), 0600, FILE_REPLACE), 0);
}

const char *
daemon_log(struct daemon *daemon)
{
	size_t size;

	free(daemon->text);
	daemon->text = NULL;
	if (file_read(daemon->log, LOG_LIMIT, &daemon->text, &size) < 0)
		daemon->text = memory_copy("");
	return daemon->text;
}

size_t
daemon_count(struct daemon *daemon, const char *text)
{
	size_t count = 0;

	for (const char *at = daemon_log(daemon); (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

void
daemon_expect_times(struct daemon *daemon, const char *text, size_t times)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	while (daemon_count(daemon, text) < times) {
		ck_assert_msg(!deadline_passed(deadline),
		    "the log has not %zu times \"%s\":\n%s", times, text, daemon->text);
		poll(NULL, 0, PAUSE_MS);
	}
}

void
daemon_expect_figure(char *line)
{
	long long deadline = daemon_deadline();
	char answer[65536] = "";

	for (; strstr(answer, line) == NULL; daemon_pause(deadline, line)) {
		int fd = peer_dial_path(suite_path("control"));
		peer_say(fd, "stats prometheus\n");
		shutdown(fd, SHUT_WR);
		peer_hear(fd, answer, sizeof answer);
	}
	free(line);
}

void
daemon_expect(struct daemon *daemon, const char *text)
{
	daemon_expect_times(daemon, text, 1);
}

void
daemon_reload(struct daemon *daemon, const char *result)
{
	char line[64];

	snprintf(line, sizeof line, "reload: %s", result);
	size_t before = daemon_count(daemon, line);
	daemon_signal(daemon, SIGHUP);
	daemon_expect_times(daemon, line, before + 1);
}

void
daemon_change(struct daemon *daemon, const char *more)
{
	daemon_configure(daemon, daemon_ini(more));
	daemon_reload(daemon, "done");
}

unsigned
daemon_port_of(struct daemon *daemon, const char *host, const char *service)
{
	const char *at = daemon_log(daemon);
	unsigned port = 0;
	char before[80], after[80];

	snprintf(before, sizeof before, ": listening: [%s]:", host);
	snprintf(after, sizeof after, ": %s\n", service);
	while ((at = strstr(at, before)) != NULL) {
		char *end;
		at += strlen(before);
		unsigned long number = strtoul(at, &end, 10);
		if (strncmp(end, after, strlen(after)) == 0)
			port = (unsigned)number;
	}
	ck_assert_msg(
	    port > 0, "%s does not listen at %s:\n%s", service, host, daemon->text);
	return port;
}

unsigned
daemon_port(struct daemon *daemon)
{
	return daemon_port_of(daemon, "127.0.0.1", "tlsd");
}

static size_t
count_entries(const struct daemon *daemon, const char *what)
{
	char path[64];
	size_t count = 0;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)daemon->pid, what);
	DIR *folder = opendir(path);
	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* Since Linux 6.2, st_size of /proc/PID/fd is the number of descriptors. A process that
 * may not list them can read it, too: they belong to root while the daemon is not
 * dumpable. */
size_t
daemon_descriptors(const struct daemon *daemon)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld/fd", (long)daemon->pid);
	if (stat(path, &st) == 0 && st.st_size > 0)
		return (size_t)st.st_size;
	return count_entries(daemon, "fd");
}

size_t
daemon_threads(const struct daemon *daemon)
{
	return count_entries(daemon, "task");
}

size_t
daemon_resident_kib(const struct daemon *daemon)
{
	char path[64];
	size_t pages = 0;

	snprintf(path, sizeof path, "/proc/%ld/statm", (long)daemon->pid);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%*u %zu", &pages), 1);
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

bool
daemon_grew_at_most(const struct daemon *daemon, size_t before_kib, size_t kib)
{
	return SUITE_IS_SANITIZED || daemon_resident_kib(daemon) <= before_kib + kib;
}

/* Returns the daemon's processor time so far, in clock ticks. */
static unsigned long
count_ticks(const struct daemon *daemon)
{
	char path[64];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)daemon->pid);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(
	    fscanf(file,
		"%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		&user, &system),
	    2);
	fclose(file);
	return user + system;
}

void
daemon_expect_calm(const struct daemon *daemon)
{
	unsigned long before = count_ticks(daemon);

	poll(NULL, 0, CALM_MS);
	ck_assert_uint_le(count_ticks(daemon) - before, FEW_TICKS);
}

void
daemon_expect_descriptors(const struct daemon *daemon, size_t count)
{
	long long deadline = daemon_deadline();

	while (daemon_descriptors(daemon) != count)
		daemon_pause(deadline, "descriptors are lost");
}

void
daemon_expect_threads(const struct daemon *daemon, size_t count)
{
	long long deadline = daemon_deadline();

	while (daemon_threads(daemon) != count)
		daemon_pause(deadline, "threads are lost");
}

void
daemon_expect_clean_log(struct daemon *daemon)
{
	for (const char *at = daemon_log(daemon); *at != '\0'; at++)
		ck_assert_msg(*at == '\n' || (*at >= ' ' && *at <= '~'),
		    "byte %d in the log:\n%s", (unsigned char)*at, daemon->text);
}

int
daemon_run(const char **output, const char *const arguments[3])
{
	char *text;
	size_t size;

	set_up();
	const char *path =
	    suite_format("%s/run-%u.out", suite_folder(), ++children.count);
	int status = wait_for(launch(path, 0, arguments), "tlsd does not end");
	ck_assert_int_eq(file_read(path, LOG_LIMIT, &text, &size), 0);
	*output = suite_take(text);
	return status;
}
