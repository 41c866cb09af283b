/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One service. */
#include "server/snapshot/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "responders/program/account.h"
#include "responders/responder.h"
#include "server/conf/conf.h"
#include "server/conf/section.h"
#include "server/limits/limits.h"
#include "tls/x509/certificate.h"
#include "tls/x509/servername.h"
#include "tls/clientauth/clientauth.h"
#include "tls/session/context.h"
#include "tls/proof/proof.h"
#include "tls/keys/token.h"

static void
add_address(struct service *service, const struct address *address, bool dual,
    struct findings *findings)
{
	for (size_t i = 0; i < service->address_count; i++)
		if (address_equal(&service->addresses[i], address)) {
			char text[ADDRESS_TEXT_SIZE];
			findings_error(findings,
			    "listen: %s is listed twice: remove one",
			    address_format(address, text));
			return;
		}
	service->addresses = memory_resize(service->addresses,
	    (service->address_count + 1) * sizeof *service->addresses);
	service->dual = memory_resize(
	    service->dual, (service->address_count + 1) * sizeof *service->dual);
	service->dual[service->address_count] = dual;
	service->addresses[service->address_count++] = *address;
}

/* True if there are both IPv4 and IPv6 addresses. */
static bool
are_dual(const struct address *addresses, int count)
{
	bool has4 = false, has6 = false;

	for (int i = 0; i < count; i++) {
		has4 = has4 || address_family(&addresses[i]) == AF_INET;
		has6 = has6 || address_family(&addresses[i]) == AF_INET6;
	}
	return has4 && has6;
}

/* Copies the addresses that `namesake` has for the item `text` of its listen. Returns their
 * number, or -1 if it has none. */
static int
recall_addresses(const struct service *namesake, const char *text,
    struct address addresses[ADDRESS_MAX])
{
	const struct address *at = namesake != NULL ? namesake->addresses : NULL;

	for (size_t i = 0; namesake != NULL && i < namesake->conf->listen.count; i++) {
		int count = namesake->listen_counts[i];
		if (strcmp(namesake->conf->listen.items[i], text) == 0) {
			memcpy(addresses, at, (size_t)count * sizeof *addresses);
			return count;
		}
		at += count;
	}
	return -1;
}

/* Fills in the addresses of an item of listen. Returns their number, or 0 after an error. */
static int
resolve_listen(const char *text, const struct service *namesake,
    struct address addresses[ADDRESS_MAX], struct findings *findings)
{
	char wrong[ADDRESS_TEXT_SIZE];
	int count = address_parse_listen(text, addresses, wrong);

	if (count >= 0)
		return count;
	count = recall_addresses(namesake, text, addresses);
	if (count >= 0) {
		findings_warning(findings,
		    "listen: \"%s\" %s, so its last addresses stay in use: check the "
		    "name and the DNS server",
		    text, wrong);
		return count;
	}
	findings_error(findings, "listen: \"%s\" %s", text, wrong);
	return 0;
}

static void
find_addresses(
    struct service *service, const struct service *namesake, struct findings *findings)
{
	const struct stringlist *listen = &service->conf->listen;

	if (listen->count == 0)
		findings_error(findings, "listen: is empty: set an address");
	service->listen_counts =
	    memory_new(listen->count * sizeof *service->listen_counts);
	for (size_t i = 0; i < listen->count; i++) {
		struct address addresses[ADDRESS_MAX];
		int count =
		    resolve_listen(listen->items[i], namesake, addresses, findings);

		service->listen_counts[i] = count;
		for (int j = 0; j < count; j++)
			add_address(service, &addresses[j], are_dual(addresses, count),
			    findings);
	}
}

/* Finds the owner and the group of its Unix-domain sockets. */
static void
find_owner(struct service *service, struct findings *findings)
{
	const char *owner = service->conf->listen_owner;
	const char *group = service->conf->listen_group;

	service->socket_owner = (uid_t)-1;
	service->socket_group = (gid_t)-1;
	if (owner[0] != '\0' && !account_user(owner, &service->socket_owner))
		findings_error(findings,
		    "listen-owner: there is no user \"%s\": set another, or a number",
		    owner);
	if (group[0] != '\0' && !account_group(group, &service->socket_group))
		findings_error(findings,
		    "listen-group: there is no group \"%s\": set another, or a number",
		    group);
}

static void
check_policy(const struct conf_service *conf, struct findings *findings)
{
	static const char *const replaced[] = { "profile", "tls-min", "tls-max",
		"ciphers", "groups" };
	struct stringlist set = { 0 };

	for (size_t i = 0; i < sizeof replaced / sizeof replaced[0]; i++)
		if (section_is_set(&conf->section, replaced[i]))
			stringlist_add(&set, replaced[i], strlen(replaced[i]));
	if (conf->context.policy.priority[0] != '\0' && set.count > 0) {
		char *names = stringlist_join(&set);
		findings_error(findings,
		    "priority: cannot be combined with %s: remove priority, or the "
		    "others",
		    names);
		free(names);
	}
	stringlist_fini(&set);
}

static void
check_names(const struct conf_service *conf, struct findings *findings)
{
	for (size_t i = 0; i < conf->server_name.count; i++) {
		const char *wrong = servername_mistake(conf->server_name.items[i]);
		if (wrong != NULL)
			findings_error(findings, "server-name: \"%s\" %s",
			    conf->server_name.items[i], wrong);
	}
	if (conf->sni_strict && conf->server_name.count == 0)
		findings_error(findings,
		    "sni-strict: has no effect without server-name: set server-name");
	if (conf->sni_strict && conf->is_default)
		findings_error(findings,
		    "default: cannot be combined with sni-strict, which "
		    "refuses other clients: set one of them");
}

/* Warns if clients would get a certificate for another host. */
static void
check_coverage(const struct service *service, struct findings *findings)
{
	const struct stringlist *names = &service->conf->server_name;

	for (size_t i = 0; i < names->count; i++)
		if (!pairs_cover(context_pairs(service->context), names->items[i]))
			findings_warning(findings,
			    "server-name: no certificate is for %s, so clients that "
			    "ask for it will refuse the one they get: add one for it, "
			    "or remove the name",
			    names->items[i]);
}

/* Checks that only named proxies may send a header, because a header can claim any address. */
static void
check_proxy(const struct conf_service *conf, struct findings *findings)
{
	networklist_check("accept-proxy-from", &conf->accept_proxy_from, findings);
	if (conf->accept_proxy && conf->accept_proxy_from.count == 0)
		findings_error(findings,
		    "accept-proxy: any client can claim any address: set "
		    "accept-proxy-from to the networks of the proxies");
	if (conf->accept_proxy_from.count > 0 &&
	    !section_is_set(&conf->section, "accept-proxy"))
		findings_error(findings, "accept-proxy-from: is not used without "
					 "accept-proxy: set accept-proxy to yes or no");
}

/* Checks exec-user. A daemon that is no longer root can only run programs as its own user. */
static void
check_exec_user(const struct conf_process *process, const struct conf_service *conf,
    struct findings *findings)
{
	const char *user = process->user;

	if (user[0] != '\0' && conf->responder.exec_user[0] != '\0')
		findings_error(findings,
		    "exec-user: the daemon runs as %s and cannot change to another "
		    "user: remove user or exec-user",
		    user);
}

/* Reports rules about client certificates that have no effect, so that the service is not open by
 * mistake. */
static void
check_clients(const struct conf_service *conf, struct findings *findings)
{
	static const char *const useless[] = { "ca-file", "crl-file", "allow-cn",
		"allow-dns", "allow-uri", "allow-pin", "authorized-certs" };

	if (section_is_set(&conf->section, "client-verify"))
		return;
	for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++)
		if (section_is_set(&conf->section, useless[i]))
			findings_error(findings,
			    "%s: is not used without client-verify: set client-verify "
			    "to required, optional or none",
			    useless[i]);
}

/* Checks everything that needs neither files nor a library. */
static void
check_conf(const struct conf_service *conf, const struct conf_process *process,
    struct findings *findings)
{
	check_names(conf, findings);
	check_proxy(conf, findings);
	check_policy(conf, findings);
	check_exec_user(process, conf, findings);
	check_clients(conf, findings);
	limits_check(&conf->limits, findings);
}

static void
warn_of_ends(const struct service *service, struct findings *findings)
{
	const struct clientauth *clientauth = context_clientauth(service->context);
	const int64_t days = service->conf->warn_days;

	pairs_warn(context_pairs(service->context), days, findings);
	if (clientauth != NULL)
		clientauth_warn(clientauth, days, findings);
}

/* Checks all its certificates together. */
static void
prove_certificates(
    struct service *service, const struct service *namesake, struct findings *findings)
{
	warn_of_ends(service, findings);
	check_coverage(service, findings);
	proof_run(
	    service->context, namesake != NULL ? namesake->context : NULL, findings);
}

void
service_prepare(struct service *service, const struct conf_service *conf,
    const struct conf_process *process, const struct service *namesake,
    struct keyring *keyring, struct findings *findings)
{
	size_t errors = findings->errors;

	service->name = conf->section.name;
	service->conf = conf;
	find_addresses(service, namesake, findings);
	find_owner(service, findings);
	check_conf(conf, process, findings);
	if (findings->errors == errors)
		service->proxies = networklist_of(&conf->accept_proxy_from);
	service->context =
	    context_new(service->name, &conf->context, keyring, findings);
	if (service->context != NULL)
		prove_certificates(service, namesake, findings);
	service->responder = responder_new(&conf->responder, findings);
	/* An early answer is sent before the client is known. */
	service->early = conf->early_answer && service->responder != NULL &&
	                 conf->context.client.verify == CLIENTAUTH_NONE &&
	                 conf->context.client.psk_file[0] == '\0' &&
	                 responder_is_constant(service->responder);
	service->prompt = !token_is_among(&conf->context.pairs.key) &&
	                  !(service->early && responder_blocks(service->responder));
}

void
service_skip(struct service *service)
{
	context_free(service->context);
	service->context = NULL;
	responder_free(service->responder);
	service->responder = NULL;
	service->skipped = true;
}

void
service_fini(struct service *service)
{
	context_free(service->context);
	responder_free(service->responder);
	free(service->addresses);
	free(service->dual);
	free(service->listen_counts);
	networklist_fini(&service->proxies);
	*service = (struct service){ 0 };
}

void
service_warn(const struct service *service, struct findings *findings)
{
	struct findings found;

	findings_init(&found);
	warn_of_ends(service, &found);
	conf_locate(&service->conf->section, &found, findings);
}

int64_t
service_next_end(const struct service *service, int64_t now)
{
	const struct clientauth *clientauth = context_clientauth(service->context);
	time_t next = pairs_next_end(context_pairs(service->context), (time_t)now);

	if (clientauth != NULL)
		next = certificate_next_end(
		    next, clientauth_next_end(clientauth, (time_t)now), (time_t)now);
	return next;
}

bool
service_insists_on(const struct service *service, const struct address *address)
{
	for (size_t i = 0; i < service->address_count; i++)
		if (address_equal(&service->addresses[i], address))
			return !service->dual[i];
	return false;
}

bool
service_has_no_protocol(const struct service *service)
{
	return service->conf->context.alpn.count == 0;
}

struct socketfile
service_socketfile(
    const struct service *service, const char *path, uid_t user, gid_t group)
{
	const uid_t owner = service->socket_owner;

	return (struct socketfile){ .path = path,
		.owner = owner != (uid_t)-1 ? owner : user,
		.group =
		    service->socket_group != (gid_t)-1 ? service->socket_group : group,
		.mode = (mode_t)service->conf->listen_mode,
		.user = user,
		.user_group = group };
}
