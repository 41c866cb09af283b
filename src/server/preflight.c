/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks the parts of the system that a start needs. */
#include "server/preflight.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "base/file/safepath.h"
#include "server/accept/bindfault.h"
#include "server/conf/conf.h"
#include "server/control/controlplace.h"
#include "server/snapshot/accesscheck.h"
#include "server/serverlog.h"
#include "server/snapshot/snapshot.h"

#define OWN_DESCRIPTORS 8 /* the least that a process has besides its listeners */

/* Checks that `path`, which is not a symbolic link, can be written or else created. Returns 0, or
 * -1 with errno: EEXIST for a socket. */
static int
try_writing(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0) {
		if (!S_ISDIR(st.st_mode) && !S_ISSOCK(st.st_mode))
			return access(path, W_OK);
		errno = S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
		return -1;
	}
	char *copy = memory_copy(path);
	int result = access(dirname(copy), W_OK | X_OK);
	free(copy);
	return result;
}

/* Adds an error that `path`, which leads to `end`, cannot be written. */
static void
explain_write_error(const char *key, const char *path, const char *end, int error,
    struct findings *findings)
{
	if (error == EISDIR)
		findings_error(findings, "%s: %s: is a folder, not a file", key, path);
	else if (error == EEXIST)
		findings_error(findings, "%s: %s: is a socket, not a file", key, path);
	else if (access(end, F_OK) == 0)
		findings_error(findings, "%s: %s: uid %u may not write it: %s", key,
		    path, (unsigned)getuid(), strerrordesc_np(error));
	else
		findings_error(findings,
		    "%s: %s: uid %u cannot create it: %s: create the folder, or set "
		    "another path",
		    key, path, (unsigned)getuid(), strerrordesc_np(error));
}

/* Adds an error if the daemon could not write `path` or create it in its folder. */
static void
check_writable(const char *key, const char *path, struct findings *findings)
{
	char *end = file_follow(path);

	if (try_writing(end) < 0)
		explain_write_error(key, path, end, errno, findings);
	free(end);
}

/* Checks the log. A descriptor is open already, and belongs to the process that is started. */
static void
check_log(const struct conf_process *conf, bool daemon, struct findings *findings)
{
	serverlog_check(conf, daemon, findings);
	if (conf->log_file[0] != '\0' && outlet_descriptor(conf->log_file) < 0)
		check_writable("log-file", conf->log_file, findings);
}

/* Warns if log lines would go only to a syslogd that does not run. */
static void
check_syslog(const struct conf_process *conf, bool daemon, struct findings *findings)
{
	if (!conf->syslog && (!daemon || conf->log_file[0] != '\0'))
		return;
	if (access(_PATH_LOG, F_OK) < 0)
		findings_warning(findings,
		    "syslog: %s: %s: log lines are lost until syslogd runs: start it, "
		    "or set log-file",
		    _PATH_LOG, strerrordesc_np(errno));
}

/* True if this user may not write or create the file, but root may. */
static bool
is_for_root(const char *path)
{
	return geteuid() != 0 && try_writing(path) < 0 && errno == EACCES;
}

static void
check_pid_file(const char *path, struct findings *findings)
{
	struct stat st;

	if (path[0] == '\0')
		return;
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		findings_error(findings,
		    "pid-file: %s: is a symbolic link, which tlsd does not follow: "
		    "name the file itself",
		    path);
	else
		check_writable("pid-file", path, findings);
}

static void
test_pid_file(const char *path, struct findings *findings)
{
	if (is_for_root(path))
		findings_warning(findings,
		    "pid-file: %s: uid %u may not write it: start tlsd as root or with "
		    "-f, or set another path",
		    path, (unsigned)geteuid());
	else
		check_pid_file(path, findings);
}

static void
test_control(const struct controlplace *place, struct findings *findings)
{
	char error[512];

	if (place->path[0] == '\0' || controlplace_try(place, error, sizeof error) == 0)
		return;
	if (errno == EACCES && geteuid() != 0)
		findings_warning(findings, "control-socket: %s", error);
	else
		findings_error(findings, "control-socket: %s", error);
}

static void
test_file_limit(const struct snapshot *snapshot, struct findings *findings)
{
	size_t needed = snapshot_route_count(snapshot) + OWN_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < needed)
		findings_error(findings,
		    "listen: uid %u may open %llu files, but all addresses together "
		    "need at least %zu: raise ulimit -Hn",
		    (unsigned)getuid(), (unsigned long long)limit.rlim_max, needed);
}

/* Adds an error if a daemon that stays root would refuse to open an existing log. */
static void
check_links(const char *path, struct findings *findings)
{
	int fd = safepath_open(
	    path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);

	if (fd >= 0)
		close(fd);
	else if (safepath_remedy(errno)[0] != '\0')
		findings_error(findings, "log-file: %s: %s%s", path,
		    strerrordesc_np(errno), safepath_remedy(errno));
}

void
preflight_start(const struct conf_process *conf, bool daemon, bool service,
    struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	check_log(conf, daemon, &found);
	check_syslog(conf, daemon, &found);
	if (service)
		check_pid_file(conf->pid_file, &found);
	conf_locate(&conf->section, &found, findings);
}

void
preflight_test(const struct snapshot *snapshot, bool daemon,
    const struct controlplace *control, struct findings *findings)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;
	struct findings found;

	findings_init(&found);
	check_log(conf, daemon, &found);
	check_syslog(conf, daemon, &found);
	if (daemon && conf->pid_file[0] != '\0')
		test_pid_file(conf->pid_file, &found);
	test_control(control, &found);
	test_file_limit(snapshot, &found);
	conf_locate(&conf->section, &found, findings);
	bindfault_find(snapshot, control->owner, control->group, findings);
}

void
preflight_user(const struct snapshot *snapshot, struct findings *findings)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;
	struct findings found;

	findings_init(&found);
	if (conf->log_file[0] != '\0' && outlet_descriptor(conf->log_file) < 0) {
		check_writable("log-file", conf->log_file, &found);
		check_links(conf->log_file, &found);
	}
	conf_locate(&conf->section, &found, findings);
	accesscheck_check(snapshot, findings);
}
