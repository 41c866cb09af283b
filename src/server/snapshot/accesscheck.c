/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports files that the daemon's user cannot read or run. */
#include "server/snapshot/accesscheck.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/text/shellwords.h"
#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "server/conf/conf.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "tls/session/context.h"
#include "tls/keys/token.h"

static void
check_path(const char *key, const char *path, struct findings *findings)
{
	if (!token_is_url(path) && access(path, R_OK) < 0)
		findings_warning(findings,
		    "%s: %s: a reload as uid %u cannot read it (%s): give it to a "
		    "group of that user with chgrp and chmod 640",
		    key, path, (unsigned)getuid(), strerrordesc_np(errno));
}

static void
check_readable(
    const char *key, const struct stringlist *paths, struct findings *findings)
{
	for (size_t i = 0; i < paths->count; i++)
		check_path(key, paths->items[i], findings);
}

/* Adds a warning if a reload could not read `path`, which may be "". A folder must be readable
 * too. */
static void
check_single(const char *key, const char *path, struct findings *findings)
{
	if (path[0] != '\0')
		check_path(key, path, findings);
}

/* Adds a warning if no challenge could be answered, although the folder exists. */
static void
check_challenges(const struct conf_process *conf, struct findings *findings)
{
	const char *folder = conf->acme_dir;
	struct findings found;

	findings_init(&found);
	if (folder[0] != '\0' && access(folder, X_OK) < 0 && errno != ENOENT)
		findings_warning(&found,
		    "acme-dir: %s: uid %u may not use it (%s): give it to a group of "
		    "that user with chgrp and chmod 2750",
		    folder, (unsigned)getuid(), strerrordesc_np(errno));
	conf_locate(&conf->section, &found, findings);
}

/* Adds an error if the program could not be started for any client. */
static void
check_program(const char *command, struct findings *findings)
{
	struct stringlist words = { 0 };
	char error[160];

	if (shellwords_split(command, &words, error, sizeof error) == 0 &&
	    words.count > 0 && access(words.items[0], X_OK) < 0)
		findings_error(findings,
		    "exec: %s: uid %u may not execute it: %s: give it and its folders "
		    "to a group of that user",
		    words.items[0], (unsigned)getuid(), strerrordesc_np(errno));
	stringlist_fini(&words);
}

/* Adds a warning for each backend whose socket exists, but refuses the user. */
static void
check_backends(const struct stringlist *backends, struct findings *findings)
{
	struct address addresses[ADDRESS_MAX];
	char error[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < backends->count; i++) {
		if (address_parse_connect(backends->items[i], addresses, error) != 1 ||
		    address_family(addresses) != AF_UNIX ||
		    access(address_path(addresses), W_OK) == 0 || errno != EACCES)
			continue;
		findings_warning(findings,
		    "connect: %s: uid %u cannot connect to it: %s: add that user to "
		    "the "
		    "group of the socket",
		    address_path(addresses), (unsigned)getuid(),
		    strerrordesc_np(errno));
	}
}

/* Adds an error if no client could get an answer, and a warning if a backend may be the cause of
 * that. */
static void
check_answer(const struct responder_settings *settings, struct findings *findings)
{
	const char *kind = responder_kind_name(settings->kind);

	if (responder_kind_runs_programs(settings->kind) &&
	    settings->exec_user[0] == '\0')
		check_program(settings->exec, findings);
	if (strcmp(kind, "connect") == 0)
		check_backends(&settings->connect, findings);
	if (strcmp(kind, "file") == 0 && access(settings->file, R_OK) < 0)
		findings_error(findings,
		    "file: %s: uid %u cannot read it: %s: give it to a group of that "
		    "user with chgrp and chmod 640",
		    settings->file, (unsigned)getuid(), strerrordesc_np(errno));
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
	check_single("authorized-certs", conf->context.client.authorized_certs, &found);
	check_single("psk-file", conf->context.client.psk_file, &found);
	check_single("pin-file", conf->context.pairs.pin_file, &found);
	check_single("cert-dir", conf->context.pairs.cert_dir, &found);
	check_single("ticket-key-file", conf->context.ticket_key_file, &found);
	check_answer(&conf->responder, &found);
	pairs_prove(context_pairs(service->context), &found);
	conf_locate(&conf->section, &found, findings);
}

void
accesscheck_check(const struct snapshot *snapshot, struct findings *findings)
{
	const struct conf *conf = snapshot_conf(snapshot);

	for (size_t i = 0; i < conf->files.count; i++)
		check_path("configuration", conf->files.items[i], findings);
	check_challenges(&conf->process, findings);
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		check_service(snapshot_service(snapshot, i), findings);
}
