/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the configuration at a start. */
#include "start/startconf.h"

#include <stddef.h>

#include "base/log/findings.h"
#include "server/conf/conf.h"
#include "server/conf/section.h"
#include "server/process/chroot.h"
#include "server/process/privileges.h"
#include "server/snapshot/snapshot.h"

struct snapshot *
startconf_load(const char *path, char **inside, struct privileges *privileges,
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

bool
startconf_asks_for_daemon(const char *path)
{
	struct findings ignored;

	findings_init(&ignored);
	struct conf *conf = conf_read(path, &ignored);
	bool daemon = conf->process.daemon;
	conf_free(conf);
	findings_fini(&ignored);
	return daemon;
}

bool
startconf_has_control(const struct conf_process *conf, bool service)
{
	return conf->control_socket[0] != '\0' &&
	       (service || section_is_set(&conf->section, "control-socket"));
}
