/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of configuration keys: each has its row here, a member in conffields.h, a line in
 * conf/tlsd.ini and a paragraph in tlsd.ini(5). */
#include "server/conf/keytable.h"

#include <string.h>

#include "base/log/log.h"
#include "base/text/resemblance.h"
#include "responders/backend/backends.h"
#include "responders/backend/sendproxy.h"
#include "responders/responder.h"
#include "server/conf/conffields.h"
#include "server/conf/facility.h"

static const char *
bad_cert_name(int index)
{
	static const char *const names[] = {
		[CONF_FAIL] = "fail", [CONF_SKIP] = "skip"
	};

	return index < (int)(sizeof names / sizeof names[0]) ? names[index] : NULL;
}

#define IN_PROCESS(field) \
	.scope = KEY_PROCESS, .offset = offsetof(struct conf_process, field)
#define IN_SERVICE(field) \
	.scope = KEY_SERVICE, .offset = offsetof(struct conf_service, field)
#define NUMBER(min, max) .setting = { SETTING_NUMBER, min, max, NULL }
#define SIZE(min, max) .setting = { SETTING_SIZE, min, max, NULL }
#define DURATION .setting = { SETTING_DURATION, 0, INT64_MAX, NULL }
#define DURATION_IN(min, max) .setting = { SETTING_DURATION, min, max, NULL }
#define MODE .setting = { SETTING_MODE, 0, 0777, NULL }
#define TEXT .setting = { SETTING_TEXT, 0, 0, NULL }
#define PATH .setting = { SETTING_PATH, 0, 0, NULL }
#define LIST .setting = { SETTING_LIST, 0, 0, NULL }
#define PATHS .setting = { SETTING_PATHS, 0, 0, NULL }
#define BOOL .setting = { SETTING_BOOL, 0, 0, NULL }
#define CHOICE(names) .setting = { SETTING_CHOICE, 0, 0, names }

static const struct key keys[] = {
	{ "user", IN_PROCESS(user), TEXT, .fixed = true, .standard = "" },
	{ "group", IN_PROCESS(group), TEXT, .fixed = true, .standard = "" },
	{ "chroot", IN_PROCESS(chroot), PATH, .fixed = true, .standard = "" },
	{ "sandbox", IN_PROCESS(sandbox), BOOL, .fixed = true, .standard = "yes" },
	{ "daemon", IN_PROCESS(daemon), BOOL, .fixed = true, .standard = "yes" },
	{ "pid-file", IN_PROCESS(pid_file), PATH, .fixed = true,
	    .standard = TLSD_RUNSTATEDIR "/tlsd.pid" },
	{ "control-socket", IN_PROCESS(control_socket), PATH, .fixed = true,
	    .standard = TLSD_RUNSTATEDIR "/tlsd.sock" },
	{ "control-socket-mode", IN_PROCESS(control_socket_mode), MODE, .fixed = true,
	    .standard = "0600" },
	{ "include", IN_PROCESS(include), PATHS, .standard = "" },
	{ "watch", IN_PROCESS(watch), BOOL, .standard = "no" },
	{ "acme-dir", IN_PROCESS(acme_dir), PATH, .standard = "" },
	{ "shutdown-timeout", IN_PROCESS(shutdown_timeout_ms), DURATION,
	    .standard = "30s" },
	{ "workers", IN_PROCESS(workers), NUMBER(1, 4096), .fixed = true,
	    .standard = "16" },
	{ "queue-size", IN_PROCESS(queue_size), NUMBER(1, 1000000), .fixed = true,
	    .standard = "1024" },
	{ "stack-size", IN_PROCESS(stack_size), SIZE(128 << 10, 64 << 20),
	    .fixed = true, .standard = "256k" },
	{ "backlog", IN_PROCESS(backlog), NUMBER(1, 65535), .fixed = true,
	    .standard = "1024" },
	{ "max-waiting", IN_PROCESS(max_waiting), NUMBER(1, 1000000),
	    .standard = "10000" },
	{ "hello-timeout", IN_PROCESS(hello_timeout_ms), DURATION, .standard = "5s" },
	{ "close-timeout", IN_PROCESS(close_timeout_ms), DURATION, .standard = "2s" },
	{ "max-clients", IN_PROCESS(limits.max_clients), NUMBER(0, 1000000),
	    .standard = "0" },
	{ "max-per-ip", IN_PROCESS(limits.max_per_ip), NUMBER(0, 1000000),
	    .standard = "0" },
	{ "accept-rate", IN_PROCESS(limits.accept_rate), TEXT, .standard = "" },
	{ "allow", IN_PROCESS(limits.allow), LIST, .standard = "" },
	{ "deny", IN_PROCESS(limits.deny), LIST, .standard = "" },
	{ "log-level", IN_PROCESS(log_level), CHOICE(log_level_name),
	    .standard = "info" },
	{ "log-format", IN_PROCESS(log_format), CHOICE(log_format_name),
	    .standard = "text" },
	{ "class-level", IN_PROCESS(class_level), LIST, .standard = "" },
	{ "quiet", IN_PROCESS(quiet), LIST, .standard = "" },
	{ "log-file", IN_PROCESS(log_file), PATH, .standard = "" },
	{ "syslog", IN_PROCESS(syslog), BOOL, .standard = "no" },
	{ "syslog-facility", IN_PROCESS(syslog_facility), CHOICE(facility_name),
	    .standard = "daemon" },
	{ "access-log", IN_PROCESS(access_log), BOOL, .standard = "yes" },

	{ "listen", "accept", IN_SERVICE(listen), LIST, .standard = "*:4433" },
	{ "listen-owner", IN_SERVICE(listen_owner), TEXT, .standard = "" },
	{ "listen-group", IN_SERVICE(listen_group), TEXT, .standard = "" },
	{ "listen-mode", IN_SERVICE(listen_mode), MODE, .standard = "0600" },
	{ "accept-proxy", IN_SERVICE(accept_proxy), BOOL, .standard = "no" },
	{ "accept-proxy-from", IN_SERVICE(accept_proxy_from), LIST, .standard = "" },
	{ "server-name", IN_SERVICE(server_name), LIST, .standard = "" },
	{ "default", IN_SERVICE(is_default), BOOL, .standard = "no" },
	{ "sni-strict", IN_SERVICE(sni_strict), BOOL, .standard = "no" },
	{ "max-clients", IN_SERVICE(limits.max_clients), NUMBER(0, 1000000),
	    .standard = "0" },
	{ "max-per-ip", IN_SERVICE(limits.max_per_ip), NUMBER(0, 1000000),
	    .standard = "0" },
	{ "accept-rate", IN_SERVICE(limits.accept_rate), TEXT, .standard = "" },
	{ "allow", IN_SERVICE(limits.allow), LIST, .standard = "" },
	{ "deny", IN_SERVICE(limits.deny), LIST, .standard = "" },
	{ "max-workers", IN_SERVICE(limits.max_workers), NUMBER(0, 4096),
	    .standard = "0" },
	{ "respond", IN_SERVICE(responder.kind), CHOICE(responder_kind_name),
	    .standard = "text" },
	{ "text", IN_SERVICE(responder.text), TEXT, .prose = true,
	    .standard = "Hello, TLS!\\n" },
	{ "file", IN_SERVICE(responder.file), PATH, .standard = "" },
	{ "content-type", IN_SERVICE(responder.content_type), TEXT,
	    .standard = "text/html; charset=utf-8" },
	{ "exec", IN_SERVICE(responder.exec), TEXT, .standard = "" },
	{ "exec-user", IN_SERVICE(responder.exec_user), TEXT, .standard = "" },
	{ "exec-timeout", IN_SERVICE(responder.exec_timeout_ms), DURATION,
	    .standard = "0" },
	{ "connect", IN_SERVICE(responder.connect), LIST, .standard = "" },
	{ "balance", IN_SERVICE(responder.balance), CHOICE(backends_balance_name),
	    .standard = "first" },
	{ "connect-timeout", IN_SERVICE(responder.connect_timeout_ms), DURATION,
	    .standard = "5s" },
	{ "resolve-every", IN_SERVICE(responder.resolve_every_ms),
	    DURATION_IN(1000, 86400000), .standard = "30s" },
	{ "send-proxy", IN_SERVICE(responder.send_proxy), CHOICE(sendproxy_name),
	    .standard = "no" },
	{ "cert", IN_SERVICE(context.pairs.cert), PATHS, .watched = true,
	    .standard = "" },
	{ "key", IN_SERVICE(context.pairs.key), PATHS, .watched = true,
	    .standard = "" },
	{ "cert-dir", IN_SERVICE(context.pairs.cert_dir), PATH, .standard = "" },
	{ "pin-file", IN_SERVICE(context.pairs.pin_file), PATH, .watched = true,
	    .standard = "" },
	{ "ocsp-response", IN_SERVICE(context.pairs.ocsp_response), PATHS,
	    .watched = true, .standard = "" },
	{ "warn-days", IN_SERVICE(warn_days), NUMBER(0, 3650), .standard = "14" },
	{ "on-bad-cert", IN_SERVICE(on_bad_cert), CHOICE(bad_cert_name),
	    .standard = "fail" },
	{ "profile", IN_SERVICE(context.policy.profile), CHOICE(policy_profile_name),
	    .standard = "modern" },
	{ "ciphers", IN_SERVICE(context.policy.ciphers), LIST, .standard = "" },
	{ "groups", IN_SERVICE(context.policy.groups), LIST, .standard = "" },
	{ "priority", IN_SERVICE(context.policy.priority), TEXT, .standard = "" },
	{ "allow-weak", IN_SERVICE(context.policy.allow_weak), BOOL, .standard = "no" },
	{ "tls-min", IN_SERVICE(context.policy.tls_min), CHOICE(policy_version_name),
	    .standard = "1.2" },
	{ "tls-max", IN_SERVICE(context.policy.tls_max), CHOICE(policy_version_name),
	    .standard = "1.3" },
	{ "alpn", IN_SERVICE(context.alpn), LIST, .standard = "" },
	{ "client-verify", IN_SERVICE(context.client.verify),
	    CHOICE(clientauth_verify_name), .standard = "none" },
	{ "ca-file", IN_SERVICE(context.client.ca_file), PATHS, .watched = true,
	    .standard = "" },
	{ "crl-file", IN_SERVICE(context.client.crl_file), PATHS, .watched = true,
	    .standard = "" },
	{ "verify-depth", IN_SERVICE(context.client.verify_depth),
	    NUMBER(0, CLIENTAUTH_DEPTH_MAX), .standard = "3" },
	{ "allow-cn", IN_SERVICE(context.client.allow.cn), LIST, .standard = "" },
	{ "allow-dns", IN_SERVICE(context.client.allow.dns), LIST, .standard = "" },
	{ "allow-uri", IN_SERVICE(context.client.allow.uri), LIST, .standard = "" },
	{ "allow-pin", IN_SERVICE(context.client.allow.pin), LIST, .standard = "" },
	{ "authorized-certs", IN_SERVICE(context.client.authorized_certs), PATH,
	    .watched = true, .standard = "" },
	{ "psk-file", IN_SERVICE(context.client.psk_file), PATH, .watched = true,
	    .standard = "" },
	{ "early-answer", IN_SERVICE(early_answer), BOOL, .standard = "yes" },
	{ "session-tickets", IN_SERVICE(context.session_tickets), BOOL,
	    .standard = "yes" },
	{ "ticket-key-file", IN_SERVICE(context.ticket_key_file), PATH, .watched = true,
	    .standard = "" },
	{ "session-timeout", IN_SERVICE(context.session_timeout_ms),
	    DURATION_IN(60000, 604800000), .standard = "6h" },
	{ "handshake-timeout", IN_SERVICE(handshake_timeout_ms), DURATION,
	    .standard = "10s" },
	{ "idle-timeout", IN_SERVICE(idle_timeout_ms), DURATION, .standard = "1m" },
	{ "max-lifetime", IN_SERVICE(max_lifetime_ms), DURATION, .standard = "1h" },
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

size_t
keytable_count(void)
{
	return KEY_COUNT;
}

const struct key *
keytable_key(size_t index)
{
	return &keys[index];
}

size_t
keytable_index(const struct key *key)
{
	return (size_t)(key - keys);
}

static bool
key_has_name(const struct key *key, const char *name)
{
	return strcmp(key->name, name) == 0 ||
	       (key->alias != NULL && strcmp(key->alias, name) == 0);
}

const struct key *
keytable_find(const char *name, enum key_scope scope)
{
	const struct key *found = NULL;

	for (size_t i = 0; i < KEY_COUNT; i++)
		if (key_has_name(&keys[i], name) &&
		    (found == NULL || keys[i].scope == scope))
			found = &keys[i];
	return found;
}

const char *
keytable_nearest(const char *name)
{
	struct resemblance resemblance = resemblance_to(name);

	for (size_t i = 0; i < KEY_COUNT; i++)
		resemblance_try(&resemblance, keys[i].name);
	return resemblance.nearest;
}

const struct key *
keytable_find_first_word(const char *text)
{
	size_t length = strcspn(text, " \t");

	for (size_t i = 0; text[length] != '\0' && i < KEY_COUNT; i++)
		if (strlen(keys[i].name) == length &&
		    strncmp(keys[i].name, text, length) == 0)
			return &keys[i];
	return NULL;
}

bool
key_is_list(const struct key *key)
{
	return key->setting.type == SETTING_LIST || key->setting.type == SETTING_PATHS;
}
