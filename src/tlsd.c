/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's main program: its options, and the order of starting and stopping. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "base/net/resolver.h"
#include "base/file/safepath.h"
#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "server/accept/activation.h"
#include "server/process/cgroup.h"
#include "server/controlcommand.h"
#include "server/conf/conf.h"
#include "server/conf/section.h"
#include "server/control/control.h"
#include "server/process/daemon.h"
#include "server/process/chroot.h"
#include "server/process/notify.h"
#include "server/process/pidfile.h"
#include "server/preflight.h"
#include "server/process/privileges.h"
#include "server/snapshot/accesscheck.h"
#include "server/sandbox/sandbox.h"
#include "server/sandbox/memoryguard.h"
#include "server/server.h"
#include "server/event/signals.h"
#include "server/snapshot/snapshot.h"
#include "server/report/confdump.h"
#include "server/process/inheritance.h"
#include "tls/library.h"

#define DEFAULT_CONF TLSD_SYSCONFDIR "/tlsd/tlsd.ini"
#define SUMMARY_WIDTH 80 /* columns, for the lists of a service */

enum { EXIT_STOPPED = 0, EXIT_CANNOT_RUN = 1, EXIT_BAD_CONF = 2 };

struct options {
	const char *conf;
	bool foreground, test, upgrade, version, help;
};

static void
print_usage(FILE *out)
{
	fputs("usage: tlsd [-f] [-u] [-c FILE]\n"
	      "       tlsd -t [-f] [-c FILE]\n"
	      "\n"
	      "  -c, --config FILE   the configuration; the default is\n"
	      "                      " DEFAULT_CONF "\n"
	      "  -f, --foreground    stay in the foreground and log to standard error\n"
	      "  -t, --test          check the configuration, print what is in effect, "
	      "exit\n"
	      "  -u, --upgrade       replace the running tlsd, which finishes its\n"
	      "                      open connections\n"
	      "  -V, --version       print the versions of tlsd and its libraries\n"
	      "  -h, --help          print this\n"
	      "\n"
	      "Signals: HUP reloads, USR1 reopens the log file, USR2 logs the "
	      "status,\n"
	      "TERM and INT stop.\n"
	      "Exit status: 0 stopped as asked, 1 could not run, 2 usage or "
	      "configuration.\n"
	      "See tlsd(8) and tlsd.ini(5).\n",
	    out);
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = { { "config", required_argument, NULL,
						   'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "test", no_argument, NULL, 't' },
		{ "upgrade", no_argument, NULL, 'u' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	int letter;

	*options = (struct options){ .conf = DEFAULT_CONF };
	while ((letter = getopt_long(argc, argv, "c:ftuVh", longs, NULL)) != -1)
		switch (letter) {
		case 'c':
			options->conf = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 't':
			options->test = true;
			break;
		case 'u':
			options->upgrade = true;
			break;
		case 'V':
			options->version = true;
			break;
		case 'h':
			options->help = true;
			break;
		default:
			return -1;
		}
	if (optind == argc)
		return 0;
	fprintf(stderr, "tlsd: %s: is not an option: see tlsd --help\n", argv[optind]);
	return -1;
}

static void
print_finding(const struct finding *finding)
{
	wrap_format(stderr, terminal_width(STDERR_FILENO), strlen("tlsd: "),
	    "tlsd: %s%s", finding->kind == FINDING_WARNING ? "warning: " : "",
	    finding->text);
}

static void
print_findings(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		print_finding(&findings->items[i]);
}

/* Prints a line of the summary. In a line of a service, "  LABEL:  VALUES", only the values
 * wrap. */
static void
print_line(const char *line)
{
	size_t width = terminal_width(STDOUT_FILENO), hang = strcspn(line, ":");

	if (line[0] == ' ' && line[hang] == ':') {
		width = SUMMARY_WIDTH;
		hang += 1 + strspn(line + hang + 1, " ");
	}
	wrap_print(stdout, line, width, hang);
}

static void
print_summary(const struct snapshot *snapshot)
{
	char *text = NULL, *rest = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	confdump_print(snapshot, out);
	fclose(out);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		print_line(line);
	free(text);
}

/*
 * Looks up the user, changes the root folder and reads the configuration. The user comes first
 * because the new root may lack the user database. Returns NULL after an error. Sets `*inside`
 * to the path of the configuration from then on, which the caller frees.
 */
static struct snapshot *
load(const char *path, char **inside, struct privileges *privileges,
    struct findings *findings)
{
	struct findings found, ignored;

	findings_init(&found);
	findings_init(&ignored); /* snapshot_new() finds these again */
	struct conf *conf = conf_read(path, &ignored);
	privileges_init(privileges, conf->process.user, conf->process.group, &found);
	*inside = chroot_enter(conf->process.chroot, path, &found);
	struct snapshot *snapshot =
	    *inside != NULL ? snapshot_new(*inside, NULL, findings) : NULL;
	if (snapshot != NULL || *inside == NULL)
		conf_locate(&conf->process.section, &found, findings);
	findings_fini(&found);
	conf_free(conf);
	findings_fini(&ignored);
	return snapshot;
}

/* True if this process opens a control socket. In the foreground, without a service manager,
 * only an explicit control-socket is opened, because several processes may run there. */
static bool
has_control(const struct conf_process *conf, bool service)
{
	return conf->control_socket[0] != '\0' &&
	       (service || section_is_set(&conf->section, "control-socket"));
}

/* Tests the steps that a start of this snapshot would take. */
static void
try_start(const struct snapshot *snapshot, bool daemon,
    const struct privileges *privileges, struct findings *findings)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;
	const struct control_place control = {
		.path = has_control(conf, daemon) ? conf->control_socket : "",
		.owner = privileges->uid,
		.group = privileges->gid
	};

	preflight_test(snapshot, daemon, &control, findings);
	print_summary(snapshot);
	if (findings->errors == 0 && privileges_drop(privileges) == 0)
		preflight_user(snapshot, findings);
}

/* Checks and prints the whole configuration. As the unprivileged user it also finds the files
 * that a reload could not read. */
static int
test_configuration(const struct options *options)
{
	struct findings findings;
	struct privileges privileges = { 0 };
	char *inside;

	findings_init(&findings);
	struct snapshot *snapshot =
	    load(options->conf, &inside, &privileges, &findings);
	if (snapshot != NULL) {
		bool daemon = snapshot_conf(snapshot)->process.daemon;
		snapshot_resolve(snapshot, &findings);
		resolver_stop();
		try_start(
		    snapshot, daemon && !options->foreground, &privileges, &findings);
	}
	print_findings(&findings);
	fprintf(stderr, "tlsd: %s: %s\n", options->conf,
	    findings.errors > 0  ? "cannot be used"
	    : findings.count > 0 ? "can be used, with warnings"
				 : "is fine");
	int status = findings.errors > 0 ? EXIT_BAD_CONF : EXIT_STOPPED;
	privileges_fini(&privileges);
	snapshot_drop(snapshot);
	findings_fini(&findings);
	free(inside);
	return status;
}

/* Opens descriptors 0 to 2 if they are closed. A socket that got such a number would be written
 * to. */
static void
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Raises the limit of open files to the hard limit. */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* All parts of the process, in the hands of the functions that start and stop it. */
struct process {
	char *path; /* of the configuration; absolute */
	bool daemonize;
	bool service; /* a daemon, or in the foreground under a service manager */
	bool upgrade; /* replaces another tlsd that runs */
	struct daemon daemon;
	struct notify *notify; /* the link to the service manager, or NULL */
	struct activation *activation; /* until the server has used it */
	struct snapshot *snapshot;
	struct privileges privileges;
	struct inheritance *inheritance; /* until it is confirmed */
	struct pidfile *pidfile;
	struct sandbox *sandbox;
	struct server *server;
	struct control *control;
	struct findings findings;
};

/* Replaces the other process in the view of its service manager, which does not know a process
 * in another control group. */
static void
adopt_surroundings(struct process *process)
{
	const char *name = inheritance_find(process->inheritance, "notify ");

	if (cgroup_join(inheritance_pid(process->inheritance)) < 0)
		findings_warning(&process->findings,
		    "upgrade: the control group of process %ld cannot be entered: %s",
		    (long)inheritance_pid(process->inheritance),
		    strerrordesc_np(errno));
	if (name == NULL)
		return;
	notify_close(process->notify);
	process->notify = notify_adopt(
	    inheritance_take(process->inheritance, name), atoll(strchr(name, ' ')));
}

/* Starts to take over from the running tlsd if this start is an upgrade. */
static int
begin_takeover(struct process *process, const struct conf_process *conf)
{
	char error[1600] = "control-socket is empty: set it in both configurations";

	if (!process->upgrade)
		return 0;
	if (has_control(conf, process->service))
		process->inheritance = inheritance_begin(
		    conf->control_socket, process->privileges.uid, error, sizeof error);
	if (process->inheritance != NULL) {
		adopt_surroundings(process);
		return 0;
	}
	fprintf(stderr, "tlsd: upgrade: %s\n", error);
	return -1;
}

/* Completes the upgrade. Once confirmed it cannot be undone: the other process has let go. */
static int
complete_takeover(struct process *process)
{
	char error[1600];

	if (process->inheritance == NULL)
		return 0;
	int result = inheritance_confirm(process->inheritance, error, sizeof error);
	if (result == 0)
		server_own(process->server);
	else
		fprintf(stderr, "tlsd: upgrade: %s\n", error);
	inheritance_free(process->inheritance);
	process->inheritance = NULL;
	return result;
}

static int
open_control(struct process *process, const struct conf_process *conf)
{
	char error[512];

	if (!has_control(conf, process->service))
		return 0;
	struct control_place place = { .path = conf->control_socket,
		.owner = process->privileges.uid,
		.group = process->privileges.gid,
		.mode = (mode_t)conf->control_socket_mode,
		.inheritance = process->inheritance };
	process->control = control_open(&place, server_loop(process->server),
	    controlcommand_run, process->server, error, sizeof error);
	if (process->control != NULL)
		return 0;
	fprintf(stderr, "tlsd: control-socket: %s\n", error);
	return -1;
}

static int
open_log(const struct process *process, const struct conf_process *conf)
{
	if (server_open_log(conf, process->daemonize) == 0)
		return 0;
	if (errno == EAGAIN) {
		fputs("tlsd: log: cannot create a thread: raise ulimit -u\n", stderr);
		return -1;
	}
	fprintf(stderr, "tlsd: log-file: %s: uid %u cannot write it: %s%s\n",
	    conf->log_file, (unsigned)getuid(), strerrordesc_np(errno),
	    safepath_remedy(errno));
	return -1;
}

/* Takes over the locked PID file of the other process if its path is the same. */
static bool
adopt_pidfile(struct process *process, const struct conf_process *conf)
{
	char *name = memory_format("pid-file %s", conf->pid_file);
	int fd = inheritance_take(process->inheritance, name);

	free(name);
	if (fd < 0)
		return false;
	process->pidfile = pidfile_adopt(fd, conf->pid_file);
	if (process->pidfile == NULL)
		close(fd);
	return process->pidfile != NULL;
}

static int
open_pidfile(struct process *process, const struct conf_process *conf)
{
	char error[512];

	if (!process->service || conf->pid_file[0] == '\0')
		return 0;
	if (adopt_pidfile(process, conf))
		return 0;
	process->pidfile = pidfile_open(conf->pid_file, error, sizeof error);
	if (process->pidfile != NULL)
		return 0;
	fprintf(stderr, "tlsd: pid-file: %s\n", error);
	return -1;
}

/* Closes the passed sockets that the server does not use. */
static void
end_activation(struct process *process)
{
	activation_end(process->activation, &process->findings);
	process->activation = NULL;
}

/* Switches to the user and drops the rights that are not needed from here on. */
static int
give_up_rights(struct process *process)
{
	if (privileges_drop(&process->privileges) < 0) {
		fprintf(stderr, "tlsd: user: %s\n", strerrordesc_np(errno));
		return -1;
	}
	if (sandbox_enter(process->sandbox) < 0) {
		fprintf(stderr, "tlsd: sandbox: %s\n", strerrordesc_np(errno));
		return -1;
	}
	return 0;
}

/* Starts everything. The order matters. Binding ports and writing the PID file need root. The
 * log is opened after the rights are dropped, because a reload opens it without them. Threads
 * start last, because all of them must have the same rights. */
static int
start(struct process *process)
{
	const struct conf_process *conf = &snapshot_conf(process->snapshot)->process;

	if (begin_takeover(process, conf) < 0 || open_pidfile(process, conf) < 0)
		return -1;
	process->sandbox = sandbox_new(process->snapshot);
	struct server_origin origin = { .path = process->path,
		.user = process->privileges.uid,
		.group = process->privileges.gid,
		.daemon = process->daemonize,
		.sandbox = process->sandbox,
		.activation = process->activation,
		.inheritance = process->inheritance };
	process->server = server_new(&origin, process->snapshot, &process->findings);
	end_activation(process);
	if (process->server == NULL || open_control(process, conf) < 0)
		return -1;
	server_entrust(
	    process->server, process->control, process->pidfile, process->notify);
	if (give_up_rights(process) < 0 || open_log(process, conf) < 0)
		return -1;
	log_notice("sandbox: %s", sandbox_describe(process->sandbox));
	accesscheck_check(process->snapshot, &process->findings);
	if (process->findings.errors > 0)
		return -1;
	snapshot_resolve(process->snapshot, &process->findings);
	if (server_start(process->server, &process->findings) < 0)
		return -1;
	return complete_takeover(process);
}

/* True if a warning that is logged can be read on standard error. */
static bool
logs_to_standard_error(const struct process *process)
{
	const struct conf_process *conf = &snapshot_conf(process->snapshot)->process;

	if (conf->log_level < LOG_LEVEL_WARNING)
		return false;
	if (conf->log_file[0] != '\0')
		return outlet_descriptor(conf->log_file) == STDERR_FILENO;
	return !process->daemonize && !conf->syslog;
}

/* Reports the warnings of a start to the log and to the user who starts tlsd. */
static void
tell_warnings(const struct process *process)
{
	findings_log(&process->findings, "");
	if (!logs_to_standard_error(process))
		print_findings(&process->findings);
}

static int
start_and_serve(struct process *process)
{
	if (start(process) < 0) {
		print_findings(&process->findings);
		return EXIT_CANNOT_RUN;
	}
	tell_warnings(process);
	/* The server makes new ones: this one must not outlive the first reload. */
	snapshot_drop(process->snapshot);
	process->snapshot = NULL;
	/* The starting process may read the log once this one is ready. */
	log_flush();
	if (process->daemonize)
		daemon_ready(&process->daemon);
	server_run(process->server);
	return EXIT_STOPPED;
}

/* Reads and checks the configuration. The process is ready to start if it returns 0. */
static int
prepare(struct process *process, const struct options *options)
{
	/* A daemon leaves its folder, but a reload must find the file again. */
	char *path = realpath(options->conf, NULL);

	process->snapshot = load(path != NULL ? path : options->conf, &process->path,
	    &process->privileges, &process->findings);
	free(path);
	if (process->snapshot != NULL) {
		const struct conf_process *conf =
		    &snapshot_conf(process->snapshot)->process;
		preflight_start(
		    conf, process->daemonize, process->service, &process->findings);
	}
	if (process->findings.errors == 0)
		return 0;
	print_findings(&process->findings);
	fprintf(stderr, "tlsd: %s: cannot be used\n", options->conf);
	return -1;
}

/* True if the configuration asks for a daemon. It is unchecked here: prepare() reports its
 * errors. */
static bool
becomes_daemon(const struct options *options)
{
	struct findings ignored;

	if (options->foreground)
		return false;
	findings_init(&ignored);
	struct conf *conf = conf_read(options->conf, &ignored);
	bool daemon = conf->process.daemon;
	conf_free(conf);
	findings_fini(&ignored);
	return daemon;
}

/* Finds the service manager that started this process, and the sockets it has passed. */
static void
find_manager(struct process *process)
{
	char error[256];

	process->activation = activation_begin();
	process->notify = notify_open(error, sizeof error);
	if (error[0] != '\0')
		findings_warning(&process->findings, "%s", error);
	process->service = process->daemonize || process->notify != NULL;
}

/* Ends the server and all that other processes see of this one. Returns false if a reload still
 * uses the memory of the process: a stop does not wait for it, because a disk may hang. */
static bool
leave(struct process *process)
{
	const bool is_reloading =
	    process->server != NULL && server_is_reloading(process->server);

	end_activation(process);
	inheritance_free(process->inheritance);
	control_close(process->control);
	if (!is_reloading)
		server_free(process->server);
	pidfile_close(process->pidfile);
	log_close();
	notify_close(process->notify);
	return !is_reloading;
}

static int
serve(struct process *process, const struct options *options)
{
	findings_init(&process->findings);
	find_manager(process);
	int status =
	    prepare(process, options) < 0 ? EXIT_BAD_CONF : start_and_serve(process);

	if (process->daemon.ready_fd >= 0)
		daemon_failed(&process->daemon, status);
	if (!leave(process))
		_exit(status);
	sandbox_free(process->sandbox);
	snapshot_drop(process->snapshot);
	privileges_fini(&process->privileges);
	findings_fini(&process->findings);
	free(process->path);
	return status;
}

/* Forks before anything is loaded. The library of a PKCS #11 token may have threads and
 * descriptors of its own, which the daemon would lose. */
static int
run(const struct options *options)
{
	struct process process = { .daemon = { .ready_fd = -1 } };

	signals_block();
	/* If SIGCHLD were ignored, the exit status of programs would be lost. */
	signal(SIGCHLD, SIG_DFL);
	/* A log that may not grow (ulimit -f) must not stop the server. */
	signal(SIGXFSZ, SIG_IGN);
	/* The group of a log may read it, regardless of the calling shell's umask. */
	umask(027);
	raise_file_limit();
	process.upgrade = options->upgrade;
	process.daemonize = becomes_daemon(options);
	switch (process.daemonize ? daemon_fork(&process.daemon) : DAEMON_CHILD) {
	case DAEMON_PARENT:
		return process.daemon.status;
	case DAEMON_CHILD:
		return serve(&process, options);
	default:
		fprintf(stderr, "tlsd: fork: %s\n", strerrordesc_np(errno));
		return EXIT_CANNOT_RUN;
	}
}

static void
print_version(void)
{
	printf("tlsd %s, ", PACKAGE_VERSION);
	library_print(stdout);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	struct options options;

	fill_standard_descriptors();
	/* The log may be the same file. One write(2) for each message keeps messages whole. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	if (parse_options(argc, argv, &options) < 0) {
		print_usage(stderr);
		return EXIT_BAD_CONF;
	}
	if (options.help) {
		print_usage(stdout);
		return EXIT_STOPPED;
	}
	memoryguard_begin();
	if (library_start() < 0) {
		fputs("tlsd: GnuTLS is older than the version that tlsd was built "
		      "with: install a newer one\n",
		    stderr);
		return EXIT_CANNOT_RUN;
	}
	int status = EXIT_STOPPED;
	if (options.version)
		print_version();
	else
		status = options.test ? test_configuration(&options) : run(&options);
	library_stop();
	return status;
}
