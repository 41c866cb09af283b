/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An immutable, counted set of services. */
#include "server/snapshot.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/findings.h"
#include "base/memory.h"
#include "responders/responder.h"
#include "server/certwatch.h"
#include "server/conf.h"
#include "server/limits.h"
#include "server/route.h"
#include "tls/context.h"
#include "tls/proof.h"
#include "tls/token.h"

struct snapshot {
	_Atomic(unsigned) references;
	struct conf *conf;
	struct service *services;
	size_t count;
	struct route **routes;
	size_t route_count;
	struct stringlist skipped; /* "NAME: reason" of those left out */
	int64_t time;
	unsigned long long files_state;
};

static void
add_address(
    struct service *service, const struct address *address, struct findings *findings)
{
	for (size_t i = 0; i < service->address_count; i++)
		if (address_equal(&service->addresses[i], address)) {
			char text[ADDRESS_TEXT_SIZE];
			findings_error(findings, "listen: %s is there twice",
			    address_format(address, text));
			return;
		}
	service->addresses = memory_resize(service->addresses,
	    (service->address_count + 1) * sizeof *service->addresses);
	service->addresses[service->address_count++] = *address;
}

static void
find_addresses(struct service *service, struct findings *findings)
{
	const struct stringlist *listen = &service->conf->listen;

	if (listen->count == 0)
		findings_error(findings, "listen: no address is named");
	for (size_t i = 0; i < listen->count; i++) {
		struct address addresses[ADDRESS_MAX];
		char wrong[ADDRESS_TEXT_SIZE];
		int count = address_parse_listen(listen->items[i], addresses, wrong);

		if (count < 0)
			findings_error(
			    findings, "listen: \"%s\" %s", listen->items[i], wrong);
		for (int j = 0; j < count; j++)
			add_address(service, &addresses[j], findings);
	}
}

static void
check_policy(const struct conf_service *conf, struct findings *findings)
{
	static const char *const overruled[] = { "profile", "tls-min", "tls-max" };

	if (conf->context.policy.priority[0] == '\0')
		return;
	for (size_t i = 0; i < sizeof overruled / sizeof overruled[0]; i++)
		if (conf_is_set(&conf->section, overruled[i]))
			findings_error(findings,
			    "%s: priority says that already: set one or the other",
			    overruled[i]);
}

static void
check_names(const struct conf_service *conf, struct findings *findings)
{
	for (size_t i = 0; i < conf->server_name.count; i++) {
		const char *wrong = route_check_name(conf->server_name.items[i]);
		if (wrong != NULL)
			findings_error(findings, "server-name: \"%s\" %s",
			    conf->server_name.items[i], wrong);
	}
	if (conf->sni_strict && conf->server_name.count == 0)
		findings_error(findings,
		    "sni-strict: there are no names to be strict about: set "
		    "server-name");
	if (conf->sni_strict && conf->is_default)
		findings_error(findings,
		    "default: a strict service takes no other clients than those of "
		    "its names: set default or sni-strict");
}

/* A header that anybody may send would let anybody be anybody. */
static void
check_proxy(const struct conf_service *conf, struct findings *findings)
{
	networks_check("accept-proxy-from", &conf->accept_proxy_from, findings);
	if (conf->accept_proxy && conf->accept_proxy_from.count == 0)
		findings_error(findings,
		    "accept-proxy: anybody could claim any address: name the proxies' "
		    "networks in accept-proxy-from");
	if (conf->accept_proxy_from.count > 0 &&
	    !conf_is_set(&conf->section, "accept-proxy"))
		findings_error(findings,
		    "accept-proxy-from: is not used without accept-proxy: set that to "
		    "yes or no");
}

/* The programs of a daemon that is no longer root run as what it has become. */
static void
check_exec_user(const struct snapshot *snapshot, const struct conf_service *conf,
    struct findings *findings)
{
	const char *user = snapshot->conf->process.user;

	if (user[0] != '\0' && conf->responder.exec_user[0] != '\0')
		findings_error(findings,
		    "exec-user: the daemon has become %s then, and cannot become "
		    "anybody else: take out user, or exec-user",
		    user);
}

/* Somebody who names whom to trust must not find the door open. */
static void
check_clients(const struct conf_service *conf, struct findings *findings)
{
	static const char *const useless[] = { "ca-file", "crl-file", "allow-cn",
		"allow-dns", "allow-uri", "allow-pin", "authorized-certs" };

	if (conf_is_set(&conf->section, "client-verify"))
		return;
	for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++)
		if (conf_is_set(&conf->section, useless[i]))
			findings_error(findings,
			    "%s: is not used without client-verify: set that to "
			    "required, optional or none",
			    useless[i]);
}

/* The service of the same name, or NULL. */
static const struct service *
find_namesake(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; snapshot != NULL && i < snapshot->count; i++)
		if (strcmp(snapshot->services[i].name, name) == 0)
			return &snapshot->services[i];
	return NULL;
}

static bool
is_about_certificate(const struct finding *finding)
{
	static const char *const keys[] = { "cert", "key", "cert-dir", "pin-file",
		"ocsp-response" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		size_t length = strlen(keys[i]);
		if (strncmp(finding->text, keys[i], length) == 0 &&
		    finding->text[length] == ':')
			return true;
	}
	return false;
}

/* The first error, if all are about certificates; otherwise NULL. */
static const struct finding *
find_excuse(const struct findings *found)
{
	const struct finding *first = NULL;

	for (size_t i = found->count; i-- > 0;) {
		const struct finding *one = &found->items[i];
		if (one->kind != FINDING_ERROR)
			continue;
		if (!is_about_certificate(one))
			return NULL;
		first = one;
	}
	return first;
}

/* Whether on-bad-cert lets the rest go on without this service, and if so makes warnings of
 * its errors. */
static bool
skip(struct snapshot *snapshot, const struct service *service, struct findings *found)
{
	const struct finding *excuse = find_excuse(found);

	if (service->conf->on_bad_cert != CONF_SKIP || excuse == NULL)
		return false;
	char *text = memory_format("%s: %s", service->name, excuse->text);
	stringlist_add(&snapshot->skipped, text, strlen(text));
	free(text);
	findings_soften(found);
	findings_warning(
	    found, "on-bad-cert: [%s] is skipped: mend that and reload", service->name);
	return true;
}

static void
free_service(struct service *service)
{
	context_free(service->context);
	responder_free(service->responder);
	free(service->addresses);
	networks_fini(&service->proxies);
	*service = (struct service){ 0 };
}

/* Makes the next service; one that is skipped leaves its place to another. */
static void
prepare(struct snapshot *snapshot, const struct conf_service *conf,
    const struct snapshot *old, struct findings *findings)
{
	struct service *service = &snapshot->services[snapshot->count];
	const struct service *namesake = find_namesake(old, conf->section.name);
	struct findings found;

	findings_init(&found);
	service->name = conf->section.name;
	service->conf = conf;
	find_addresses(service, &found);
	check_names(conf, &found);
	check_proxy(conf, &found);
	if (found.errors == 0)
		service->proxies = networks_of(&conf->accept_proxy_from);
	check_policy(conf, &found);
	check_exec_user(snapshot, conf, &found);
	check_clients(conf, &found);
	limits_check(&conf->limits, &found);
	service->context = context_new(service->name, &conf->context, &found);
	if (service->context != NULL)
		pairs_warn(context_pairs(service->context), conf->warn_days, &found);
	if (service->context != NULL)
		proof_run(service->context, namesake != NULL ? namesake->context : NULL,
		    &found);
	service->responder = responder_new(&conf->responder, &found);
	/* Who the client is has to be known before it is answered. */
	service->early = conf->early_answer && service->responder != NULL &&
	                 conf->context.client.verify == CLIENTAUTH_NONE &&
	                 responder_is_constant(service->responder);
	service->prompt = !token_is_among(&conf->context.pairs.key) &&
	                  !(service->early && responder_is_fetched(service->responder));
	if (skip(snapshot, service, &found))
		free_service(service);
	else
		snapshot->count++;
	conf_locate(&conf->section, &found, findings);
}

/* The route of `address`, made if there is none. */
static struct route *
route_at(struct snapshot *snapshot, const struct address *address)
{
	for (size_t i = 0; i < snapshot->route_count; i++)
		if (address_equal(route_address(snapshot->routes[i]), address))
			return snapshot->routes[i];
	snapshot->routes = memory_resize(
	    snapshot->routes, (snapshot->route_count + 1) * sizeof(struct route *));
	return snapshot->routes[snapshot->route_count++] = route_new(address);
}

static void
find_routes(struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct service *service = &snapshot->services[i];
		for (size_t j = 0; j < service->address_count; j++)
			route_add(route_at(snapshot, &service->addresses[j]), service);
	}
	for (size_t i = 0; i < snapshot->route_count; i++)
		route_finish(snapshot->routes[i], findings);
}

/* Lets clients resume what they began with services of the same name. */
static void
inherit(struct snapshot *snapshot, const struct snapshot *old)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct service *namesake =
		    find_namesake(old, snapshot->services[i].name);
		if (namesake != NULL)
			context_inherit(
			    snapshot->services[i].context, namesake->context);
	}
}

static void
check_process(const struct conf *conf, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	limits_check(&conf->process.limits, &found);
	conf_locate(&conf->process.section, &found, findings);
}

struct snapshot *
snapshot_new(const char *path, const struct snapshot *old, struct findings *findings)
{
	struct snapshot *snapshot = memory_new(sizeof *snapshot);
	size_t errors = findings->errors;

	atomic_init(&snapshot->references, 1);
	snapshot->time = time(NULL);
	snapshot->conf = conf_read(path, findings);
	if (snapshot->conf->files.count == 0) { /* anything else would only follow */
		snapshot_drop(snapshot);
		return NULL;
	}
	snapshot->files_state = certwatch_state(snapshot->conf);
	check_process(snapshot->conf, findings);
	snapshot->services =
	    memory_new(snapshot->conf->service_count * sizeof *snapshot->services);
	for (size_t i = 0; i < snapshot->conf->service_count; i++)
		prepare(snapshot, snapshot->conf->services[i], old, findings);
	if (snapshot->count == 0)
		findings_error(findings,
		    "%s: on-bad-cert: every service is skipped: mend a certificate",
		    path);
	else
		find_routes(snapshot, findings);
	if (findings->errors > errors) {
		snapshot_drop(snapshot);
		return NULL;
	}
	if (old != NULL)
		inherit(snapshot, old);
	return snapshot;
}

void
snapshot_show(struct snapshot *snapshot, const struct figures *figures)
{
	for (size_t i = 0; i < snapshot->count; i++)
		responder_show(snapshot->services[i].responder, figures);
}

struct snapshot *
snapshot_take(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void
snapshot_drop(struct snapshot *snapshot)
{
	if (snapshot == NULL || atomic_fetch_sub(&snapshot->references, 1) > 1)
		return;
	for (size_t i = 0; i < snapshot->route_count; i++)
		route_free(snapshot->routes[i]);
	free(snapshot->routes);
	for (size_t i = 0; i < snapshot->count; i++)
		free_service(&snapshot->services[i]);
	free(snapshot->services);
	stringlist_fini(&snapshot->skipped);
	conf_free(snapshot->conf);
	free(snapshot);
}

const struct conf *
snapshot_conf(const struct snapshot *snapshot)
{
	return snapshot->conf;
}

size_t
snapshot_service_count(const struct snapshot *snapshot)
{
	return snapshot->count;
}

const struct service *
snapshot_service(const struct snapshot *snapshot, size_t index)
{
	return &snapshot->services[index];
}

size_t
snapshot_route_count(const struct snapshot *snapshot)
{
	return snapshot->route_count;
}

const struct route *
snapshot_route(const struct snapshot *snapshot, size_t index)
{
	return snapshot->routes[index];
}

int64_t
snapshot_time(const struct snapshot *snapshot)
{
	return snapshot->time;
}

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

void
snapshot_check_rights(const struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct conf_service *conf = snapshot->services[i].conf;
		struct findings found;

		findings_init(&found);
		check_readable("cert", &conf->context.pairs.cert, &found);
		check_readable(
		    "ocsp-response", &conf->context.pairs.ocsp_response, &found);
		check_readable("key", &conf->context.pairs.key, &found);
		check_readable("ca-file", &conf->context.client.ca_file, &found);
		check_readable("crl-file", &conf->context.client.crl_file, &found);
		if (conf->context.client.authorized_certs[0] != '\0')
			check_path("authorized-certs",
			    conf->context.client.authorized_certs, &found);
		pairs_prove(context_pairs(snapshot->services[i].context), &found);
		conf_locate(&conf->section, &found, findings);
	}
}

unsigned long long
snapshot_files_state(const struct snapshot *snapshot)
{
	return snapshot->files_state;
}

void
snapshot_warn(const struct snapshot *snapshot, struct findings *findings)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct service *service = &snapshot->services[i];
		struct findings found;

		findings_init(&found);
		pairs_warn(
		    context_pairs(service->context), service->conf->warn_days, &found);
		conf_locate(&service->conf->section, &found, findings);
	}
}

/* Who gets here at the addresses that the service shares. */
static void
print_routing(const struct snapshot *snapshot, const struct service *service, FILE *out)
{
	const struct stringlist *names = &service->conf->server_name;
	char text[ADDRESS_TEXT_SIZE];

	if (names->count > 0) {
		fprintf(out, "  server-name:");
		for (size_t i = 0; i < names->count; i++)
			fprintf(out, " %s", names->items[i]);
		fputc('\n', out);
	}
	for (size_t i = 0; i < snapshot->route_count; i++) {
		const struct route *route = snapshot->routes[i];
		if (route_count(route) > 1 && route_is_default(route, service))
			fprintf(out, "  default:     for other clients at %s\n",
			    address_format(route_address(route), text));
	}
	if (service->conf->sni_strict)
		fprintf(out, "  sni-strict:  other names are refused\n");
}

static void
print_service(const struct snapshot *snapshot, const struct service *service, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, "[%s]\n  listen:     ", service->name);
	for (size_t i = 0; i < service->address_count; i++)
		fprintf(out, " %s", address_format(&service->addresses[i], text));
	fputc('\n', out);
	print_routing(snapshot, service, out);
	fprintf(out, "  respond:     %s\n",
	    responder_kind_name(service->conf->responder.kind));
	context_print(service->context, out, "  ");
}

void
snapshot_print(const struct snapshot *snapshot, FILE *out)
{
	for (size_t i = 0; i < snapshot->count; i++)
		print_service(snapshot, &snapshot->services[i], out);
	snapshot_print_skipped(snapshot, out);
}

void
snapshot_print_skipped(const struct snapshot *snapshot, FILE *out)
{
	for (size_t i = 0; i < snapshot->skipped.count; i++)
		fprintf(out, "skipped: %s\n", snapshot->skipped.items[i]);
}
