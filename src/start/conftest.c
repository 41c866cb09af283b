/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests a configuration without serving. */
#include "start/conftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/net/resolver.h"
#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "server/conf/conf.h"
#include "server/control/controlplace.h"
#include "server/preflight.h"
#include "server/process/privileges.h"
#include "server/report/confdump.h"
#include "server/snapshot/snapshot.h"
#include "start/commandline.h"
#include "start/startconf.h"
#include "start/startreport.h"

#define SUMMARY_WIDTH 80 /* columns, for the lists of a service */

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

/* Tests the steps that a start of this snapshot would take. */
static void
try_start(const struct snapshot *snapshot, bool daemon,
    const struct privileges *privileges, struct findings *findings)
{
	const struct conf_process *conf = &snapshot_conf(snapshot)->process;
	const struct controlplace control = {
		.path = startconf_has_control(conf, daemon) ? conf->control_socket : "",
		.owner = privileges->uid,
		.group = privileges->gid
	};

	preflight_test(snapshot, daemon, &control, findings);
	print_summary(snapshot);
	if (findings->errors == 0 && privileges_drop(privileges) == 0)
		preflight_user(snapshot, findings);
}

int
conftest_run(const char *path, bool foreground)
{
	struct findings findings;
	struct privileges privileges = { 0 };
	char *inside;

	findings_init(&findings);
	struct snapshot *snapshot =
	    startconf_load(path, &inside, &privileges, &findings);
	if (snapshot != NULL) {
		bool daemon = snapshot_conf(snapshot)->process.daemon;
		snapshot_resolve(snapshot, &findings);
		resolver_stop();
		try_start(snapshot, daemon && !foreground, &privileges, &findings);
	}
	startreport_print(&findings);
	if (findings.errors > 0)
		startreport_error("%s: cannot be used", path);
	else
		fprintf(stderr, "tlsd: %s: %s\n", path,
		    findings.count > 0 ? "can be used, with warnings" : "is fine");
	int status = findings.errors > 0 ? EXIT_BAD_CONF : EXIT_STOPPED;
	privileges_fini(&privileges);
	snapshot_drop(snapshot);
	findings_fini(&findings);
	free(inside);
	return status;
}
