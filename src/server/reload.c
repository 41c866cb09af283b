/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes new snapshots and puts them into force. */
#include "server/reload.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/safepath.h"
#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/memory/memory.h"
#include "server/accept/acceptor.h"
#include "server/conf/conf.h"
#include "server/connection/recheck.h"
#include "server/control/control.h"
#include "server/pipeline.h"
#include "server/process/notify.h"
#include "server/report/serverinfo.h"
#include "server/sandbox/sandbox.h"
#include "server/serverlog.h"
#include "server/serverparts.h"
#include "server/snapshot/certwatch.h"
#include "server/snapshot/current.h"
#include "server/snapshot/expiry.h"
#include "server/snapshot/loader.h"
#include "server/snapshot/snapshot.h"

#define RELOAD_FAILED \
	", but the last reload failed and the old configuration is in force"

struct reload {
	struct serverparts *parts;
	struct loader *loader;
	struct certwatch *certwatch;
	unsigned number; /* of the reload that runs, or ran last */
	bool wanted; /* another reload must follow the one that runs */
	bool ended;
};

static void
warn_of_fixed_keys(
    const struct conf *old, const struct conf *new, struct findings *findings)
{
	char *names = conf_fixed_differences(old, new);

	if (names[0] != '\0')
		findings_warning(
		    findings, "%s: takes effect only after a restart", names);
	free(names);
}

static void
check_new_log(const struct serverparts *parts, const struct conf_process *conf,
    struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	serverlog_check(conf, parts->origin.daemon, &found);
	conf_locate(&conf->section, &found, findings);
}

/* True if the new configuration can be used with the settings that only a restart changes. */
static bool
is_usable_snapshot(const struct serverparts *parts, const struct snapshot *new,
    struct findings *findings)
{
	size_t errors = findings->errors;

	sandbox_check(parts->origin.sandbox, new, findings);
	check_new_log(parts, &snapshot_conf(new)->process, findings);
	return findings->errors == errors;
}

/* Puts the snapshot into force. Returns 0, or -1 with nothing changed. */
static int
use_snapshot(struct reload *reload, struct snapshot *new, struct findings *findings)
{
	struct serverparts *parts = reload->parts;
	const bool daemon = parts->origin.daemon;

	if (!is_usable_snapshot(parts, new, findings))
		return -1;
	if (serverlog_open(&snapshot_conf(new)->process, daemon) < 0) {
		findings_error(findings, "log-file: %s: %s%s",
		    snapshot_conf(new)->process.log_file, strerrordesc_np(errno),
		    safepath_remedy(errno));
		return -1;
	}
	if (pipeline_use(parts->pipeline, new, findings) < 0) {
		serverlog_open(serverparts_conf(parts), daemon);
		return -1;
	}
	warn_of_fixed_keys(
	    snapshot_conf(serverparts_snapshot(parts)), snapshot_conf(new), findings);
	snapshot_show(new, &parts->monitor);
	current_use(parts->shared.current, new);
	parts->expiry = expiry_next(new);
	recheck_all(parts->shared.table, new);
	acceptor_announce(pipeline_acceptor(parts->pipeline));
	reload_watch(reload);
	return 0;
}

static void
begin_reload(struct reload *reload)
{
	const struct serverparts *parts = reload->parts;

	reload->number++;
	reload->wanted = false;
	notify_reloading(parts->notify);
	acceptor_make_room(pipeline_acceptor(parts->pipeline));
	loader_start(reload->loader, serverparts_snapshot(parts));
}

unsigned
reload_ask(struct reload *reload)
{
	if (reload->ended) {
		log_error("reload: the server is stopping");
		return 0;
	}
	if (loader_is_busy(reload->loader)) {
		reload->wanted = true;
		return reload->number + 1;
	}
	begin_reload(reload);
	return reload->number;
}

/* Answers the callers that wait for the reload `number` or an earlier one. */
static void
answer_callers(const struct reload *reload, unsigned number, bool worked,
    const struct findings *findings)
{
	char *text = memory_copy("");

	for (size_t i = 0; i < findings->count; i++)
		memory_append(&text, "%s: %s\n",
		    findings->items[i].kind == FINDING_ERROR ? "error" : "warning",
		    findings->items[i].text);
	if (reload->parts->control != NULL)
		control_conclude(reload->parts->control, number, worked, text);
	free(text);
}

/* Logs the end of a reload, and tells the service manager. */
static void
report_result(const struct reload *reload, bool worked, const struct findings *findings)
{
	notify_ready(reload->parts->notify,
	    worked ? SERVERPARTS_SERVING : SERVERPARTS_SERVING RELOAD_FAILED);
	serverinfo_note_reload(reload->parts->serverinfo, worked);
	findings_log(findings, "reload: ");
	if (worked)
		log_notice("reload: done");
	else
		log_error("reload: failed, the old configuration stays in force");
}

static void
take_snapshot(void *context, struct snapshot *new, struct findings *findings)
{
	struct reload *reload = context;
	unsigned number = reload->number;
	bool worked = false;

	if (reload->ended) { /* reload_end() has answered */
		snapshot_drop(new);
		return;
	}
	if (new != NULL)
		worked = use_snapshot(reload, new, findings) == 0;
	snapshot_drop(new);
	report_result(reload, worked, findings);
	if (reload->wanted)
		begin_reload(reload);
	answer_callers(reload, number, worked, findings);
}

void
reload_end(struct reload *reload)
{
	struct findings findings;

	if (loader_is_busy(reload->loader))
		log_warning("reload: canceled: the server is stopping");
	reload->ended = true;
	reload->wanted = false;
	findings_init(&findings);
	findings_error(&findings, "the server is stopping");
	answer_callers(reload, UINT_MAX, false, &findings);
	findings_fini(&findings);
}

static void
on_certificates_changed(void *context)
{
	reload_ask(context);
}

struct reload *
reload_new(struct serverparts *parts)
{
	struct reload *reload = memory_new(sizeof *reload);

	reload->parts = parts;
	reload->loader =
	    loader_new(parts->loop, parts->origin.path, take_snapshot, reload);
	if (reload->loader == NULL) {
		free(reload);
		return NULL;
	}
	reload->certwatch = certwatch_new(parts->loop, on_certificates_changed, reload);
	return reload;
}

void
reload_free(struct reload *reload)
{
	if (reload == NULL)
		return;
	loader_free(reload->loader);
	certwatch_free(reload->certwatch);
	free(reload);
}

void
reload_watch(struct reload *reload)
{
	const struct snapshot *snapshot = serverparts_snapshot(reload->parts);

	certwatch_use(
	    reload->certwatch, snapshot_conf(snapshot), snapshot_files_state(snapshot));
}

struct deadline
reload_expire(struct reload *reload)
{
	return reload->ended ? deadline_never() : certwatch_expire(reload->certwatch);
}

bool
reload_is_running(const struct reload *reload)
{
	return loader_is_busy(reload->loader);
}

int64_t
reload_running_ms(const struct reload *reload)
{
	return loader_busy_ms(reload->loader);
}
