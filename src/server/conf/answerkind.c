/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind of answer of each service, and the keys that it does not use. */
#include "server/conf/answerkind.h"

#include <stddef.h>

#include "base/log/findings.h"
#include "responders/responder.h"
#include "server/conf/keytable.h"
#include "server/conf/section.h"

/* True if the section sets the key, and the key implies how the section answers. */
static bool
implies(const struct conf_section *section, const struct key *key)
{
	return responder_kind_of_key(key->name) >= 0 && section_changes(section, key);
}

/* Returns the only key that implies how the section answers. Returns NULL if there is none, or if
 * there are two, which is an error. */
static const struct key *
find_implying_key(const struct conf_section *section, struct findings *findings)
{
	const struct key *implying = NULL;

	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		if (!implies(section, key))
			continue;
		const struct conf_place *place = section_place(section, key);
		if (implying != NULL) {
			findings_error(findings,
			    "%s:%d: %s: conflicts with %s: set respond, or remove one",
			    place->file, place->line, key->name, implying->name);
			return NULL;
		}
		implying = key;
	}
	return implying;
}

bool
answerkind_ignores(int kind, const struct key *key)
{
	return responder_reader_of(key->name) >= 0 &&
	       !responder_kind_reads(kind, key->name);
}

/* Adds an error for each key that the section sets and that this kind of answer does not use. */
static void
refuse_useless_keys(
    const struct conf_section *section, int kind, struct findings *findings)
{
	for (size_t i = 0; i < keytable_count(); i++) {
		const struct key *key = keytable_key(i);
		const struct conf_place *place = section_place(section, key);
		if (!answerkind_ignores(kind, key) || !section_changes(section, key))
			continue;
		findings_error(findings,
		    "%s:%d: %s: has no effect with respond = %s: set respond = %s, or "
		    "remove it",
		    place->file, place->line, key->name, responder_kind_name(kind),
		    responder_kind_name(responder_reader_of(key->name)));
	}
}

/* Determines how `section` answers: by its `respond`, or by the one key that implies it. Returns
 * false if it has neither, and inherits. */
static bool
settle_section(struct conf_section *section, struct findings *findings)
{
	const struct key *respond = keytable_find("respond", KEY_SERVICE);
	struct conf_place *place = section_place(section, respond);

	if (place->line > 0)
		return true;
	const struct key *implying = find_implying_key(section, findings);
	if (implying == NULL)
		return false;
	*place = *section_place(section, implying);
	*(int *)section_field(section, respond) = responder_kind_of_key(implying->name);
	return true;
}

/* True if settle_section() has found keys that conflict, so that each of them may be the wrong
 * one. */
static bool
is_ambiguous(const struct conf_section *section)
{
	if (section_is_set(section, "respond"))
		return false;
	for (size_t i = 0; i < keytable_count(); i++)
		if (implies(section, keytable_key(i)))
			return true;
	return false;
}

/* Refuses the useless keys of each service. If `settles`, settle_section() has looked at each one,
 * and those in which it has found a conflict are skipped. */
static void
check_services(const struct conf *conf, bool settles, struct findings *findings)
{
	for (size_t i = 0; i < conf->service_count; i++) {
		struct conf_service *service = conf->services[i];
		bool is_set = section_is_set(&service->section, "respond");
		if (settles && (is_ambiguous(&service->section) ||
				   (!is_set && is_ambiguous(&conf->defaults.section))))
			continue;
		refuse_useless_keys(&service->section,
		    is_set ? service->responder.kind : conf->defaults.responder.kind,
		    findings);
	}
}

void
answerkind_settle(struct conf *conf, struct findings *findings)
{
	struct conf_section *defaults = &conf->defaults.section;
	bool settles = !section_is_set(defaults, "respond");
	bool inherits = conf->service_count == 0;

	for (size_t i = 0; settles && i < conf->service_count; i++)
		if (!settle_section(&conf->services[i]->section, findings))
			inherits = true;
	if (inherits)
		settle_section(defaults, findings);
	if (conf->service_count == 0 && !is_ambiguous(defaults))
		refuse_useless_keys(defaults, conf->defaults.responder.kind, findings);
	check_services(conf, settles, findings);
}
