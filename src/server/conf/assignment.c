/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets the key of one line, after checks of the line. */
#include "server/conf/assignment.h"

#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "server/conf/keyadvice.h"
#include "server/conf/keytable.h"
#include "server/conf/lookalikecheck.h"
#include "server/conf/section.h"

static void
report_unknown_key(const struct assignment *assignment, struct findings *findings)
{
	const struct conf_place *place = &assignment->place;
	const char *name = assignment->name;
	const struct key *first = keytable_find_first_word(name);
	const char *nearest = keytable_nearest(name);
	const char *advice = keyadvice_of_others(name);

	if (first != NULL)
		findings_error(findings,
		    "%s:%d: %s: a = is missing after the key: write %s = VALUE",
		    place->file, place->line, name, first->name);
	else if (advice != NULL)
		findings_error(findings, "%s:%d: %s: unknown key: %s", place->file,
		    place->line, name, advice);
	else if (nearest != NULL)
		findings_error(findings, "%s:%d: %s: unknown key: did you mean %s?",
		    place->file, place->line, name, nearest);
	else
		findings_error(findings,
		    "%s:%d: %s: unknown key: see the list in tlsd.ini(5)", place->file,
		    place->line, name);
}

/* Returns the section that `key` on this line belongs to, or NULL after an error. */
static struct conf_section *
find_target_section(const struct assignment *assignment, const struct key *key,
    struct conf *conf, struct conf_service *service, struct findings *findings)
{
	if (key->scope == KEY_SERVICE)
		return service != NULL ? &service->section : &conf->defaults.section;
	if (service == NULL)
		return &conf->process.section;
	findings_error(findings,
	    "%s:%d: %s: is for the whole process: move it before the first [section]",
	    assignment->place.file, assignment->place.line, key->name);
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

/* Parses the value into the key's field. */
static void
set_value(const struct assignment *assignment, const struct key *key, void *field,
    struct findings *findings)
{
	const struct conf_place *place = &assignment->place;
	const char *value = assignment->value;
	char *wrong = setting_parse(&key->setting, value, assignment->folder, field);

	if (wrong != NULL)
		findings_error(findings, "%s:%d: %s: %s%s", place->file, place->line,
		    assignment->name, wrong,
		    has_comment(value) ? ": put the comment on its own line" : "");
	else if (is_quoted(key, value))
		findings_warning(findings,
		    "%s:%d: %s: the quotes are part of the value: remove them, unless "
		    "they are intended",
		    place->file, place->line, assignment->name);
	free(wrong);
}

/* Notes that the section sets the key here. Returns false after an error if it was set before. */
static bool
note_place(const struct assignment *assignment, const struct key *key,
    struct conf_section *section, struct findings *findings)
{
	struct conf_place *place = section_place(section, key);

	if (place->line > 0 && !key_is_list(key)) {
		findings_error(findings,
		    "%s:%d: %s: is set twice, first at %s:%d: remove one",
		    assignment->place.file, assignment->place.line, assignment->name,
		    place->file, place->line);
		return false;
	}
	if (place->line == 0)
		*place = assignment->place;
	return true;
}

/* Returns the key, or NULL after an error. */
static const struct key *
find_key(const struct assignment *assignment, enum key_scope scope,
    struct findings *findings)
{
	const char *name = assignment->name;
	const struct key *key =
	    assignment->value != NULL ? keytable_find(name, scope) : NULL;

	if (key != NULL || lookalikecheck_name(&assignment->place, name, findings))
		return key;
	if (assignment->value != NULL)
		report_unknown_key(assignment, findings);
	else
		findings_error(findings, "%s:%d: %s: has no value: write KEY = VALUE",
		    assignment->place.file, assignment->place.line, name);
	return NULL;
}

void
assignment_make(const struct assignment *assignment, struct conf *conf,
    struct conf_service *service, struct findings *findings)
{
	const struct key *key =
	    find_key(assignment, service != NULL ? KEY_SERVICE : KEY_PROCESS, findings);

	if (key == NULL)
		return;
	struct conf_section *section =
	    find_target_section(assignment, key, conf, service, findings);
	if (section != NULL && note_place(assignment, key, section, findings) &&
	    !lookalikecheck_value(&assignment->place, key, assignment->value, findings))
		set_value(assignment, key, section_field(section, key), findings);
}
