/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights that the process gives up once it has started, and those that it keeps. */
#include "server/sandbox/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/log/outlet.h"
#include "server/sandbox/capabilities.h"
#include "server/conf/conf.h"
#include "server/sandbox/landlock.h"
#include "server/sandbox/memoryguard.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/sandbox/syscallfilter.h"
#include "tls/keys/token.h"

struct sandbox {
	bool on;
	bool memory_locked;
	bool is_filtered; /* to the system calls of a server */
	bool is_confined; /* to `places` */
	bool is_writing; /* may write where only other users may, even as root */
	const char *foreign; /* the setting with foreign code, a constant; or NULL */
	struct landlock_places places;
	char *description;
};

/* Returns the setting of `service` that brings foreign code, or NULL. */
static const char *
find_foreign_code(const struct conf_service *service)
{
	if (responder_kind_runs_programs(service->responder.kind))
		return "respond: exec";
	if (token_is_among(&service->context.pairs.key) ||
	    token_is_among(&service->context.pairs.cert))
		return "key: a PKCS#11 token";
	return NULL;
}

static void
add_path(struct stringlist *paths, char *path)
{
	if (!stringlist_has(paths, path))
		stringlist_add(paths, path, strlen(path));
	free(path);
}

/* Returns the folder of `path`, where the file may be made again; or `path` if that is a device
 * or a pipe. */
static char *
find_writable_place(const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISSOCK(st.st_mode))
		return memory_copy(path);
	if (slash == NULL)
		return memory_copy(".");
	return slash == path ? memory_copy("/")
	                     : memory_format("%.*s", (int)(slash - path), path);
}

static void
add_place(struct stringlist *paths, const char *path)
{
	if (path[0] != '\0')
		add_path(paths, find_writable_place(path));
}

/* Adds the places where the log is written, and where it is made again after a link to it was
 * removed. A descriptor is open already. */
static void
add_log(struct stringlist *paths, const char *path)
{
	if (outlet_descriptor(path) >= 0)
		return;
	char *end = file_follow(path);
	add_place(paths, end);
	add_place(paths, path);
	free(end);
}

/* Finds the places where the configuration makes files and sockets, including at a reload. */
static void
find_writable(const struct snapshot *snapshot, struct stringlist *paths)
{
	add_log(paths, snapshot_conf(snapshot)->process.log_file);
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		const struct service *service = snapshot_service(snapshot, i);
		for (size_t j = 0; j < service->address_count; j++)
			if (address_family(&service->addresses[j]) == AF_UNIX)
				add_place(paths, address_path(&service->addresses[j]));
	}
}

/* Returns the first backend of `service` at a Unix-domain socket, or NULL. Connecting needs the
 * right to write to the socket. */
static const char *
find_local_backend(const struct conf_service *service)
{
	const struct stringlist *names = &service->responder.connect;

	for (size_t i = 0; i < names->count; i++)
		if (names->items[i][0] == '/' ||
		    strncmp(names->items[i], "unix:", 5) == 0)
			return names->items[i];
	return NULL;
}

static bool
is_of_another(const char *path)
{
	struct stat st;

	return path[0] != '\0' && stat(path, &st) == 0 && st.st_uid != geteuid();
}

static bool
has_place_of_another(const struct stringlist *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		if (is_of_another(paths->items[i]))
			return true;
	return false;
}

/* True if a daemon that stays root must write where only other users may. */
static bool
needs_to_write(const struct sandbox *sandbox, const struct conf *conf)
{
	for (size_t i = 0; i < conf->service_count; i++)
		if (find_local_backend(conf->services[i]) != NULL)
			return true;
	return sandbox->foreign != NULL || is_of_another(conf->process.log_file) ||
	       has_place_of_another(&sandbox->places.writable) ||
	       has_place_of_another(&sandbox->places.removable);
}

struct sandbox *
sandbox_new(const struct snapshot *snapshot)
{
	const struct conf *conf = snapshot_conf(snapshot);
	struct sandbox *sandbox = memory_new(sizeof *sandbox);

	sandbox->on = conf->process.sandbox;
	sandbox->description = memory_copy("off");
	if (!sandbox->on) {
		memoryguard_end();
		return sandbox;
	}
	sandbox->memory_locked = memoryguard_lock_memory();
	for (size_t i = 0; i < conf->service_count && sandbox->foreign == NULL; i++)
		sandbox->foreign = find_foreign_code(conf->services[i]);
	find_writable(snapshot, &sandbox->places.writable);
	add_place(&sandbox->places.removable, conf->process.pid_file);
	add_place(&sandbox->places.removable, conf->process.control_socket);
	sandbox->is_writing = needs_to_write(sandbox, conf);
	return sandbox;
}

void
sandbox_free(struct sandbox *sandbox)
{
	if (sandbox == NULL)
		return;
	stringlist_fini(&sandbox->places.writable);
	stringlist_fini(&sandbox->places.removable);
	free(sandbox->description);
	free(sandbox);
}

/* Confines the process. Returns the state of the file system in words; the caller frees it. */
static char *
confine_files(struct sandbox *sandbox)
{
	if (sandbox->foreign != NULL)
		return memory_format("unrestricted (%s)", sandbox->foreign);
	int version = landlock_confine(&sandbox->places);
	if (version < 0)
		return memory_format(
		    "unrestricted (Landlock: %s)", strerrordesc_np(errno));
	if (version == 0)
		return memory_copy("unrestricted (no Landlock in this kernel)");
	sandbox->is_confined = true;
	char *text = memory_format("read-only (Landlock %d)", version);
	for (size_t i = 0; i < sandbox->places.writable.count; i++)
		memory_append(&text, "%s %s", i == 0 ? " except" : "",
		    sandbox->places.writable.items[i]);
	return text;
}

static char *
filter_syscalls(struct sandbox *sandbox)
{
	if (!syscallfilter_can_be_filtered())
		return memory_copy("unrestricted (built without seccomp)");
	if ((sandbox->foreign != NULL ? syscallfilter_allow_programs()
				      : syscallfilter_allow_server()) < 0)
		return memory_format(
		    "unrestricted (seccomp: %s)", strerrordesc_np(errno));
	if (sandbox->foreign != NULL)
		return memory_format("all but the dangerous (%s)", sandbox->foreign);
	sandbox->is_filtered = true;
	return memory_copy("those that a server needs");
}

int
sandbox_enter(struct sandbox *sandbox)
{
	char capabilities[128];

	if (!sandbox->on)
		return 0;
	memoryguard_renew();
	unsigned uses =
	    (sandbox->foreign != NULL ? (unsigned)CAPABILITIES_FOR_PROGRAMS : 0u) |
	    (sandbox->is_writing ? (unsigned)CAPABILITIES_TO_WRITE : 0u);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || capabilities_drop(uses) < 0)
		return -1;
	char *files = confine_files(sandbox);
	char *syscalls = filter_syscalls(sandbox);
	free(sandbox->description);
	sandbox->description =
	    memory_format("no new privileges; capabilities: %s; system calls: %s; "
			  "files: %s; memory: not dumped, %s",
		capabilities_format(capabilities, sizeof capabilities), syscalls, files,
		sandbox->memory_locked ? "not swapped" : "may be swapped");
	free(syscalls);
	free(files);
	return 0;
}

const char *
sandbox_describe(const struct sandbox *sandbox)
{
	return sandbox->description;
}

static void
check_foreign_code(const struct conf_service *service, struct findings *found)
{
	const char *foreign = find_foreign_code(service);

	if (foreign != NULL)
		findings_error(found,
		    "%s: was not configured when tlsd started, so the sandbox blocks "
		    "it: restart tlsd",
		    foreign);
}

static void
check_place(const struct sandbox *sandbox, const char *key, const char *path,
    struct findings *found)
{
	char *place = find_writable_place(path);

	if (path[0] != '\0' && !stringlist_has(&sandbox->places.writable, place))
		findings_error(found,
		    "%s: %s: tlsd started without a file to write in %s, so the "
		    "sandbox blocks that: restart tlsd",
		    key, path, place);
	free(place);
}

static void
check_backends(const struct sandbox *sandbox, const struct conf_service *service,
    struct findings *found)
{
	const char *name = find_local_backend(service);

	if (name != NULL && geteuid() == 0 && !sandbox->is_writing)
		findings_error(found,
		    "connect: %s: no backend was a Unix-domain socket when tlsd "
		    "started, so the sandbox blocks it: restart tlsd",
		    name);
}

static void
check_service(const struct sandbox *sandbox, const struct service *service,
    struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	if (sandbox->is_filtered || sandbox->is_confined)
		check_foreign_code(service->conf, &found);
	check_backends(sandbox, service->conf, &found);
	for (size_t i = 0; i < service->address_count && sandbox->is_confined; i++)
		if (address_family(&service->addresses[i]) == AF_UNIX)
			check_place(sandbox, "listen",
			    address_path(&service->addresses[i]), &found);
	conf_locate(&service->conf->section, &found, findings);
}

void
sandbox_check(const struct sandbox *sandbox, const struct snapshot *snapshot,
    struct findings *findings)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;
	struct findings found;

	if (!sandbox->on || sandbox->foreign != NULL)
		return;
	findings_init(&found);
	if (sandbox->is_confined && outlet_descriptor(conf->log_file) < 0) {
		char *end = file_follow(conf->log_file);
		check_place(sandbox, "log-file", end, &found);
		free(end);
	}
	conf_locate(&conf->section, &found, findings);
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		check_service(sandbox, snapshot_service(snapshot, i), findings);
}
