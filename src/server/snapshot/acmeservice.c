/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service that answers the challenges of certificate authorities. */
#include "server/snapshot/acmeservice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/safepath.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/snapshot/service.h"
#include "tls/keys/challenge.h"
#include "tls/session/context.h"

static void
check_folder(const char *path, struct findings *findings)
{
	int fd = safepath_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	else if (errno == ENOENT)
		findings_warning(findings,
		    "acme-dir: %s: does not exist, so no challenge is answered: create "
		    "it",
		    path);
	else
		findings_error(findings, "acme-dir: %s: %s%s", path,
		    errno == ENOTDIR ? "is not a folder: set a folder"
				     : strerrordesc_np(errno),
		    safepath_remedy(errno));
}

struct service *
acmeservice_new(const struct conf *conf, struct findings *findings)
{
	char none[] = "";
	const struct responder_settings nothing = {
		.kind = responder_kind_of_key("text"), .text = none
	};
	const char *folder = conf->process.acme_dir;
	size_t errors = findings->errors;

	if (folder[0] == '\0')
		return NULL;
	check_folder(folder, findings);
	struct service *service = memory_new(sizeof *service);
	/* No section can have this name, because of its slash. */
	service->name = CHALLENGE_PROTOCOL;
	/* Its time-outs are those before the first section. */
	service->conf = &conf->defaults;
	service->context = context_new_for_challenges(folder, findings);
	service->responder = responder_new(&nothing, findings);
	if (findings->errors == errors)
		return service;
	acmeservice_free(service);
	return NULL;
}

void
acmeservice_free(struct service *service)
{
	if (service == NULL)
		return;
	service_fini(service);
	free(service);
}

struct limit_settings
acmeservice_limits(int64_t workers)
{
	static char any_rate[] = "";

	return (struct limit_settings){ .max_workers = (workers + 1) / 2,
		.accept_rate = any_rate };
}
