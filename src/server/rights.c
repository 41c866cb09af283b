/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reload could not read. */
#include "server/rights.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/findings.h"
#include "server/conf.h"
#include "server/service.h"
#include "server/snapshot.h"
#include "tls/context.h"
#include "tls/token.h"

static void
check_path(const char *key, const char *path, struct findings *findings)
{
	if (!token_is_url(path) && access(path, R_OK) < 0)
		findings_warning(findings,
		    "%s: %s: a reload by uid %u could not read it (%s): give it to a "
		    "group of that user, with chgrp and chmod 640",
		    key, path, (unsigned)getuid(), strerrordesc_np(errno));
}

static void
check_readable(
    const char *key, const struct stringlist *paths, struct findings *findings)
{
	for (size_t i = 0; i < paths->count; i++)
		check_path(key, paths->items[i], findings);
}

static void
check_service(const struct service *service, struct findings *findings)
{
	const struct conf_service *conf = service->conf;
	struct findings found;

	findings_init(&found);
	check_readable("cert", &conf->context.pairs.cert, &found);
	check_readable("ocsp-response", &conf->context.pairs.ocsp_response, &found);
	check_readable("key", &conf->context.pairs.key, &found);
	check_readable("ca-file", &conf->context.client.ca_file, &found);
	check_readable("crl-file", &conf->context.client.crl_file, &found);
	if (conf->context.client.authorized_certs[0] != '\0')
		check_path(
		    "authorized-certs", conf->context.client.authorized_certs, &found);
	pairs_prove(context_pairs(service->context), &found);
	conf_locate(&conf->section, &found, findings);
}

void
rights_check(const struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		check_service(snapshot_service(snapshot, i), findings);
}
