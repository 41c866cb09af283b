/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of configuration keys, and the reader, which uses inih. */
#include "server/conf/conf.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/file/file.h"
#include "base/log/log.h"
#include "base/text/lookalike.h"
#include "base/memory/memory.h"
#include "base/text/resemblance.h"
#include "base/memory/shortage.h"
#include "base/text/text.h"
#include "base/file/readerror.h"
#include "responders/backend/backends.h"
#include "responders/responder.h"
#include "responders/backend/sendproxy.h"
#include "server/conf/keyadvice.h"
#include "server/conf/setting.h"
#include "tls/keys/certdir.h"
#include "tls/keys/token.h"

#define FILE_LIMIT (1 << 20)
#define NAME_LIMIT 48 /* inih keeps the first 49 bytes of a section's name */

enum scope { PROCESS, SERVICE };

struct key {
	const char *name, *alias;
	enum scope scope;
	bool watched; /* names files that `watch` observes */
	bool prose; /* may have typographic characters */
	bool fixed; /* takes effect at a start only, not at a reload */
	size_t offset;
	struct setting setting;
	const char *standard; /* the default */
};

static const struct {
	const char *name;
	int facility;
} facilities[] = { { "daemon", LOG_DAEMON }, { "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV }, { "user", LOG_USER }, { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 } };

static const char *
facility_name(int index)
{
	return index < (int)(sizeof facilities / sizeof facilities[0])
	           ? facilities[index].name
	           : NULL;
}

static const char *
bad_cert_name(int index)
{
	static const char *const names[] = {
		[CONF_FAIL] = "fail", [CONF_SKIP] = "skip"
	};

	return index < (int)(sizeof names / sizeof names[0]) ? names[index] : NULL;
}

#define IN_PROCESS(field) \
	.scope = PROCESS, .offset = offsetof(struct conf_process, field)
#define IN_SERVICE(field) \
	.scope = SERVICE, .offset = offsetof(struct conf_service, field)
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

/* The table. Each key also has a line in conf/tlsd.ini and a paragraph in tlsd.ini(5). */
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

/* A file that is being read. */
struct reading {
	struct conf *conf;
	struct findings *findings;
	const char *file; /* as messages name it */
	const char *folder; /* where its relative paths start */
	const char *next, *end;
	int line;
	struct conf_service *service; /* the present section, or NULL */
};

static bool
is_list(const struct key *key)
{
	return key->setting.type == SETTING_LIST || key->setting.type == SETTING_PATHS;
}

static void *
field_of(struct conf_section *section, const struct key *key)
{
	return (char *)section + key->offset;
}

/* Initializes a section of `file`; `name` is the text in its brackets, or "". */
static void
init_section(struct conf_section *section, const char *file, const char *name)
{
	section->name = memory_copy(name);
	section->label =
	    name[0] != '\0' ? memory_format("%s: [%s]", file, name) : memory_copy(file);
	section->places = memory_new(KEY_COUNT * sizeof *section->places);
}

static enum scope
scope_of(const struct conf_section *section)
{
	return section->is_service ? SERVICE : PROCESS;
}

static void
fini_section(struct conf_section *section)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (keys[i].scope == scope_of(section))
			setting_clear(&keys[i].setting, field_of(section, &keys[i]));
	free(section->places);
	free(section->label);
	free(section->name);
}

static bool
is_named(const struct key *key, const char *name)
{
	return strcmp(key->name, name) == 0 ||
	       (key->alias != NULL && strcmp(key->alias, name) == 0);
}

/* Returns the key `name`, the one in `scope` if there is one in each; NULL if there is none. */
static const struct key *
find_key(const char *name, enum scope scope)
{
	const struct key *found = NULL;

	for (size_t i = 0; i < KEY_COUNT; i++)
		if (is_named(&keys[i], name) &&
		    (found == NULL || keys[i].scope == scope))
			found = &keys[i];
	return found;
}

static const char *
nearest_key(const char *name)
{
	struct resemblance resemblance = resemblance_to(name);

	for (size_t i = 0; i < KEY_COUNT; i++)
		resemblance_try(&resemblance, keys[i].name);
	return resemblance.nearest;
}

/* Returns the key that `name` begins with if more words follow it; otherwise NULL. */
static const struct key *
find_first_word(const char *name)
{
	size_t length = strcspn(name, " \t");

	for (size_t i = 0; name[length] != '\0' && i < KEY_COUNT; i++)
		if (strlen(keys[i].name) == length &&
		    strncmp(keys[i].name, name, length) == 0)
			return &keys[i];
	return NULL;
}

static void
complain_unknown(struct reading *reading, const char *name)
{
	const struct key *first = find_first_word(name);
	const char *nearest = nearest_key(name);
	const char *advice = keyadvice_of_others(name);

	if (first != NULL)
		findings_error(reading->findings,
		    "%s:%d: %s: a = is missing after the key: write %s = VALUE",
		    reading->file, reading->line, name, first->name);
	else if (advice != NULL)
		findings_error(reading->findings, "%s:%d: %s: unknown key: %s",
		    reading->file, reading->line, name, advice);
	else if (nearest != NULL)
		findings_error(reading->findings,
		    "%s:%d: %s: unknown key: did you mean %s?", reading->file,
		    reading->line, name, nearest);
	else
		findings_error(reading->findings,
		    "%s:%d: %s: unknown key: see the list in tlsd.ini(5)",
		    reading->file, reading->line, name);
}

/* Adds an error and returns true if `text` of `place` has a lookalike. */
static bool
complain_lookalike(struct reading *reading, const char *place, const char *text)
{
	char *found = lookalike_find(text, LOOKALIKE_ANY);

	if (found != NULL)
		findings_error(reading->findings, "%s:%d: %s: has %s", reading->file,
		    reading->line, place, found);
	free(found);
	return found != NULL;
}

/* Does what complain_lookalike() does for the items of a list, unless they are quoted. */
static bool
complain_item(struct reading *reading, const char *name, const char *value)
{
	char *found = lookalike_find_bare(
	    value, LOOKALIKE_BLANK | LOOKALIKE_QUOTE | LOOKALIKE_COMMA);

	if (found != NULL)
		findings_error(reading->findings,
		    "%s:%d: %s: has %s, or put the item into double quotes if it is "
		    "intended",
		    reading->file, reading->line, name, found);
	free(found);
	return found != NULL;
}

/* Adds a warning if a text or path has a lookalike, because that may be intended. */
static void
warn_of_lookalike(struct reading *reading, const char *name, const char *value)
{
	char *found = lookalike_find(
	    value, LOOKALIKE_BLANK | LOOKALIKE_QUOTE | LOOKALIKE_APOSTROPHE);

	if (found != NULL)
		findings_warning(reading->findings,
		    "%s:%d: %s: has %s, unless it is intended", reading->file,
		    reading->line, name, found);
	free(found);
}

/* Adds a finding if `value` has a lookalike. Returns true if the value cannot be used. */
static bool
has_lookalike(struct reading *reading, const struct key *key, const char *value)
{
	switch (key->setting.type) {
	case SETTING_LIST:
	case SETTING_PATHS:
		return complain_item(reading, key->name, value);
	case SETTING_TEXT:
	case SETTING_PATH:
		if (!key->prose)
			warn_of_lookalike(reading, key->name, value);
		return false;
	default:
		return complain_lookalike(reading, key->name, value);
	}
}

/* Returns the section that `key` on this line belongs to, or NULL after an error. */
static struct conf_section *
target_of(struct reading *reading, const struct key *key)
{
	if (key->scope == SERVICE)
		return reading->service != NULL ? &reading->service->section
		                                : &reading->conf->defaults.section;
	if (reading->service == NULL)
		return &reading->conf->process.section;
	findings_error(reading->findings,
	    "%s:%d: %s: is for the whole process: move it before the first [section]",
	    reading->file, reading->line, key->name);
	return NULL;
}

/* True if the value has a character after a blank that begins a comment in other formats. */
static bool
has_comment(const char *value)
{
	return strstr(value, " #") != NULL || strstr(value, " ;") != NULL ||
	       strstr(value, "\t#") != NULL || strstr(value, "\t;") != NULL;
}

/* True for a text or a path in double quotes, which would be removed from a list or a command. */
static bool
is_quoted(const struct key *key, const char *value)
{
	size_t length = strlen(value);

	return (key->prose || key->setting.type == SETTING_PATH) && length >= 2 &&
	       value[0] == '"' && value[length - 1] == '"';
}

static void
set_key(struct reading *reading, const char *name, const char *value)
{
	const struct key *key =
	    find_key(name, reading->service != NULL ? SERVICE : PROCESS);
	struct conf_section *section;

	if (key == NULL) {
		if (!complain_lookalike(reading, name, name))
			complain_unknown(reading, name);
		return;
	}
	section = target_of(reading, key);
	if (section == NULL)
		return;
	struct conf_place *place = &section->places[key - keys];
	if (place->line > 0 && !is_list(key)) {
		findings_error(reading->findings,
		    "%s:%d: %s: is set twice, first at %s:%d: remove one",
		    reading->file, reading->line, name, place->file, place->line);
		return;
	}
	if (place->line == 0)
		*place =
		    (struct conf_place){ .file = reading->file, .line = reading->line };
	if (has_lookalike(reading, key, value))
		return;
	char *wrong = setting_parse(
	    &key->setting, value, reading->folder, field_of(section, key));
	if (wrong != NULL)
		findings_error(reading->findings, "%s:%d: %s: %s%s", reading->file,
		    reading->line, name, wrong,
		    has_comment(value) ? ": put the comment on its own line" : "");
	else if (is_quoted(key, value))
		findings_warning(reading->findings,
		    "%s:%d: %s: the quotes are part of the value: remove them, unless "
		    "they are intended",
		    reading->file, reading->line, name);
	free(wrong);
}

static struct conf_service *
add_service(struct conf *conf, const char *file, const char *name)
{
	struct conf_service *service = memory_new(sizeof *service);

	init_section(&service->section, file, name);
	service->section.is_service = true;
	service->responder.service = service->section.name;
	conf->services = memory_resize(
	    conf->services, (conf->service_count + 1) * sizeof *conf->services);
	conf->services[conf->service_count++] = service;
	return service;
}

static bool
has_service(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->service_count; i++)
		if (strcmp(conf->services[i]->section.name, name) == 0)
			return true;
	return false;
}

static bool
is_service_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] != '\0' && strlen(name) <= NAME_LIMIT &&
	       name[strspn(name, letters)] == '\0';
}

/* Begins a section at its own line. inih would only report it with its first key, so empty
 * sections and repeated ones would go unnoticed. */
static void
begin_section(struct reading *reading, const char *line)
{
	size_t length = strcspn(line + 1, "]\n");
	char *name = memory_format("%.*s", (int)length, line + 1);

	if (line[1 + length] != ']')
		findings_error(reading->findings,
		    "%s:%d: [%s: the ] is missing: add it", reading->file,
		    reading->line, name);
	else if (complain_lookalike(reading, name, name))
		; /* reported already */
	else if (!is_service_name(name))
		findings_error(reading->findings,
		    "%s:%d: [%s]: not a name of a service: use 1-%d letters, digits, "
		    "dots, dashes and underscores",
		    reading->file, reading->line, name, NAME_LIMIT);
	else if (has_service(reading->conf, name))
		findings_error(reading->findings,
		    "%s:%d: [%s]: is defined twice: give each service its own name",
		    reading->file, reading->line, name);
	reading->service = add_service(reading->conf, reading->file, name);
	free(name);
}

/* Returns a problem of the whole file that shows in this line, with the remedy; or NULL. */
static const char *
line_fault(const char *line, size_t size)
{
	const char *cr = memchr(line, '\r', size);

	if (memchr(line, '\0', size) != NULL)
		return "a NUL byte: this is not a text file: save it as UTF-8";
	if (cr != NULL && cr + 1 < line + size && cr[1] != '\n')
		return "a carriage return within a line: save the file with line feeds "
		       "at the ends of lines";
	return NULL;
}

/* Reads one whole line for inih, without its indentation, and counts it. */
static char *
next_line(char *line, int room, void *stream)
{
	struct reading *reading = stream;

	/* After a shortage the result is discarded, so do not read on. */
	if (reading->next >= reading->end || shortage_is_noted())
		return NULL;
	const char *start = reading->next;
	const char *newline = memchr(start, '\n', (size_t)(reading->end - start));
	reading->next = newline != NULL ? newline + 1 : reading->end;
	reading->line++;
	size_t size = (size_t)(reading->next - start);
	const char *wrong = line_fault(start, size);
	if (wrong != NULL) {
		findings_error(reading->findings, "%s:%d: %s", reading->file,
		    reading->line, wrong);
		reading->next = reading->end;
		return NULL;
	}
	size_t indent = strspn(start, " \t");
	if (indent > size)
		indent = size;
	assert(size - indent + 1 <= (size_t)room);
	memcpy(line, start + indent, size - indent);
	line[size - indent] = '\0';
	if (line[0] == '[')
		begin_section(reading, line);
	return line;
}

/* Takes a value from inih. Returning 0 would only add a line number that is known already. */
static int
take_value(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;

	(void)section; /* begin_section() has seen it */
	if (value != NULL)
		set_key(reading, name, value);
	else if (!complain_lookalike(reading, name, name))
		findings_error(reading->findings,
		    "%s:%d: %s: has no value: write KEY = VALUE", reading->file,
		    reading->line, name);
	return 1;
}

static size_t
longest_line(const char *data, size_t size)
{
	size_t longest = 0, start = 0;

	for (size_t i = 0; i <= size; i++)
		if (i == size || data[i] == '\n') {
			if (i - start > longest)
				longest = i - start;
			start = i + 1;
		}
	return longest;
}

/* Sets Debian's inih, which has its limits in variables. Then a line is never cut or continued, a
 * semicolon in a value stays, and a line without "=" is reported. */
static void
set_up_inih(size_t longest)
{
	int room = (int)longest + 3; /* CR, LF and NUL */

	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_initial_alloc = room;
	ini_max_line = room;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_no_value = true;
	ini_stop_on_first_error = false;
}

static void
read_lines(struct reading *reading, const char *data, size_t size)
{
	reading->next = text_skip_mark(data);
	reading->end = data + size;
	set_up_inih(longest_line(data, size));
	if (ini_parse_stream(next_line, reading, take_value, reading) < 0)
		findings_error(reading->findings, "%s: out of memory", reading->file);
}

static void
read_file(struct conf *conf, const char *path, struct findings *findings)
{
	char *data;
	size_t size;

	if (file_read(path, FILE_LIMIT, &data, &size) < 0) {
		char *why = readerror_why(path, errno);
		findings_error(findings, "%s", why);
		free(why);
		return;
	}
	stringlist_add(&conf->files, path, strlen(path));
	const char *slash = strrchr(path, '/');
	char *folder = slash != NULL ? memory_format("%.*s", (int)(slash - path), path)
	                             : memory_copy(".");
	char *resolved = realpath(folder[0] != '\0' ? folder : "/", NULL);
	struct reading reading = { .conf = conf,
		.findings = findings,
		.file = conf->files.items[conf->files.count - 1],
		.folder = resolved };
	read_lines(&reading, data, size);
	free(resolved);
	free(folder);
	free(data);
}

static int
is_ini_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 4 &&
	       strcmp(entry->d_name + length - 4, ".ini") == 0;
}

/* Reads the *.ini files of a folder, in the order of their names. */
static void
read_folder(struct conf *conf, const char *path, struct findings *findings)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_ini_file, alphasort);

	if (count < 0) {
		findings_error(findings, "%s: %s", path, strerrordesc_np(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *file = memory_format("%s/%s", path, entries[i]->d_name);
		read_file(conf, file, findings);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

/* Reads the included files, each once. They may include others, which lengthens the list. */
static void
read_includes(struct conf *conf, struct findings *findings)
{
	for (size_t i = 0; i < conf->process.include.count; i++) {
		const char *path = conf->process.include.items[i];
		struct stat st;

		if (stringlist_has(&conf->files, path))
			findings_error(findings,
			    "include: %s: is included twice: remove one", path);
		else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			read_folder(conf, path, findings);
		else
			read_file(conf, path, findings);
	}
}

/* True if the section sets the key to something other than its default. */
static bool
is_used(struct conf_section *section, const struct key *key)
{
	if (key->scope != scope_of(section) || section->places[key - keys].line == 0)
		return false;
	char *value = setting_format(&key->setting, field_of(section, key));
	bool used = strcmp(value, key->standard) != 0;
	free(value);
	return used;
}

/* Returns the only key that implies how the section answers. Returns NULL if there is none, or if
 * there are two, which is an error. */
static const struct key *
find_decider(struct conf_section *section, struct findings *findings)
{
	const struct key *decider = NULL;

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (responder_kind_of_key(keys[i].name) < 0 ||
		    !is_used(section, &keys[i]))
			continue;
		const struct conf_place *place = &section->places[i];
		if (decider != NULL) {
			findings_error(findings,
			    "%s:%d: %s: conflicts with %s: set respond, or remove one",
			    place->file, place->line, keys[i].name, decider->name);
			return NULL;
		}
		decider = &keys[i];
	}
	return decider;
}

/* True if `key` has no effect on a service that answers with `kind`. */
static bool
is_useless(const struct key *key, int kind)
{
	return responder_reader_of(key->name) >= 0 &&
	       !responder_kind_reads(kind, key->name);
}

/* Adds an error for each key that the section sets and that this kind of answer does not use. */
static void
check_uses(struct conf_section *section, int kind, struct findings *findings)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct conf_place *place = &section->places[i];
		if (!is_useless(&keys[i], kind) || !is_used(section, &keys[i]))
			continue;
		findings_error(findings,
		    "%s:%d: %s: has no effect with respond = %s: set respond = %s, or "
		    "remove it",
		    place->file, place->line, keys[i].name, responder_kind_name(kind),
		    responder_kind_name(responder_reader_of(keys[i].name)));
	}
}

/* Determines how `section` answers: by its `respond`, or by the one key that implies it. Returns
 * false if it has neither, and inherits. */
static bool
settle_answer(struct conf_section *section, struct findings *findings)
{
	const struct key *respond = find_key("respond", SERVICE);
	struct conf_place *place = &section->places[respond - keys];

	if (place->line > 0)
		return true;
	const struct key *decider = find_decider(section, findings);
	if (decider == NULL)
		return false;
	*place = section->places[decider - keys];
	*(int *)field_of(section, respond) = responder_kind_of_key(decider->name);
	return true;
}

/* Determines how all services answer. Keys before the first [section] apply to each service that
 * can use them; `respond` there is for services that do not set their own. */
static void
settle_answers(struct conf *conf, struct findings *findings)
{
	struct conf_section *defaults = &conf->defaults.section;
	bool inherits = conf->service_count == 0;

	for (size_t i = 0; !conf_is_set(defaults, "respond") && i < conf->service_count;
	     i++)
		if (!settle_answer(&conf->services[i]->section, findings))
			inherits = true;
	if (inherits)
		settle_answer(defaults, findings);
	if (conf->service_count == 0)
		check_uses(defaults, conf->defaults.responder.kind, findings);
	for (size_t i = 0; i < conf->service_count; i++) {
		struct conf_service *service = conf->services[i];
		check_uses(&service->section,
		    conf_is_set(&service->section, "respond")
			? service->responder.kind
			: conf->defaults.responder.kind,
		    findings);
	}
}

/* Fills in keys of `section` that were not set, from `defaults` or with their own default. */
static void
fill_in(struct conf_section *section, struct conf_section *defaults)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *key = &keys[i];
		if (key->scope != scope_of(section) || section->places[i].line > 0)
			continue;
		if (defaults != NULL && defaults->places[i].line > 0) {
			section->places[i] = defaults->places[i];
			setting_copy(&key->setting, field_of(defaults, key),
			    field_of(section, key));
		} else {
			free(setting_parse(&key->setting, key->standard, NULL,
			    field_of(section, key)));
		}
	}
}

/* The default of `max-lifetime` is only for answers that tlsd gives itself. */
static void
settle_lifetime(struct conf_service *service)
{
	if (!conf_is_set(&service->section, "max-lifetime") &&
	    responder_kind_lasts(service->responder.kind))
		service->max_lifetime_ms = 0;
}

static void
fill_in_all(struct conf *conf, struct findings *findings)
{
	settle_answers(conf, findings);
	/* A file without a section is one service. */
	if (conf->service_count == 0)
		add_service(conf, conf->process.section.label, "tlsd");
	for (size_t i = 0; i < conf->service_count; i++) {
		fill_in(&conf->services[i]->section, &conf->defaults.section);
		settle_lifetime(conf->services[i]);
	}
	fill_in(&conf->defaults.section, NULL);
	fill_in(&conf->process.section, NULL);
}

struct conf *
conf_read(const char *path, struct findings *findings)
{
	struct conf *conf = memory_new(sizeof *conf);

	init_section(&conf->process.section, path, "");
	init_section(&conf->defaults.section, path, "");
	conf->defaults.section.is_service = true;
	read_file(conf, path, findings);
	read_includes(conf, findings);
	fill_in_all(conf, findings);
	return conf;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < conf->service_count; i++) {
		fini_section(&conf->services[i]->section);
		free(conf->services[i]);
	}
	free(conf->services);
	fini_section(&conf->defaults.section);
	fini_section(&conf->process.section);
	stringlist_fini(&conf->files);
	free(conf);
}

/* Returns the place of the key that `text` starts with, before its colon; NULL if there is
 * none. */
static const struct conf_place *
place_of(const struct conf_section *section, const char *text)
{
	char *name = memory_format("%.*s", (int)strcspn(text, ":"), text);
	const struct key *key = find_key(name, scope_of(section));

	free(name);
	if (key == NULL || section->places[key - keys].line == 0)
		return NULL;
	return &section->places[key - keys];
}

void
conf_locate(
    const struct conf_section *section, struct findings *from, struct findings *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct finding *one = &from->items[i];
		const struct conf_place *place = place_of(section, one->text);
		if (place != NULL)
			findings_add(
			    to, one, "%s:%d: %s", place->file, place->line, one->text);
		else
			findings_add(to, one, "%s: %s", section->label, one->text);
	}
	findings_fini(from);
}

bool
conf_is_set(const struct conf_section *section, const char *name)
{
	const struct key *key = find_key(name, scope_of(section));

	assert(key != NULL);
	return section->places[key - keys].line > 0;
}

static void
add_watched(
    const struct conf_service *service, const struct key *key, struct stringlist *files)
{
	const void *field = (const char *)service + key->offset;

	if (is_list(key)) {
		const struct stringlist *list = field;
		for (size_t i = 0; i < list->count; i++)
			if (!token_is_url(list->items[i]))
				stringlist_add(
				    files, list->items[i], strlen(list->items[i]));
	} else {
		const char *path = *(char *const *)field;
		if (path[0] != '\0')
			stringlist_add(files, path, strlen(path));
	}
}

void
conf_watched_files(const struct conf *conf, struct stringlist *files)
{
	for (size_t i = 0; i < conf->service_count; i++) {
		const char *folder = conf->services[i]->context.pairs.cert_dir;
		for (size_t k = 0; k < KEY_COUNT; k++)
			if (keys[k].watched)
				add_watched(conf->services[i], &keys[k], files);
		if (folder[0] != '\0')
			certdir_watched(folder, files);
	}
}

int
conf_facility(const struct conf_process *process)
{
	return facilities[process->syslog_facility].facility;
}

char *
conf_fixed_differences(const struct conf *old, const struct conf *new)
{
	char *names = memory_copy("");

	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct setting *setting = &keys[i].setting;
		if (keys[i].scope != PROCESS || !keys[i].fixed)
			continue;
		char *before = setting_format(
		    setting, (const char *)&old->process + keys[i].offset);
		char *after = setting_format(
		    setting, (const char *)&new->process + keys[i].offset);
		if (strcmp(before, after) != 0)
			memory_append(
			    &names, "%s%s", names[0] != '\0' ? ", " : "", keys[i].name);
		free(before);
		free(after);
	}
	return names;
}

static void
print_section(const struct conf_section *section, int kind, FILE *out)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].scope != scope_of(section) || is_useless(&keys[i], kind))
			continue;
		char *value = setting_format(
		    &keys[i].setting, (const char *)section + keys[i].offset);
		fprintf(out, "%s = %s\n", keys[i].name, value);
		free(value);
	}
}

void
conf_print(const struct conf *conf, FILE *out)
{
	print_section(&conf->process.section, 0, out);
	for (size_t i = 0; i < conf->service_count; i++) {
		const struct conf_service *service = conf->services[i];
		fprintf(out, "\n[%s]\n", service->section.name);
		print_section(&service->section, service->responder.kind, out);
	}
}
