/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lookalikes in the names and values of a configuration file. */
#include "server/conf/lookalikecheck.h"

#include <stdlib.h>

#include "base/log/findings.h"
#include "base/text/lookalike.h"
#include "server/conf/conffields.h"
#include "server/conf/keytable.h"

/* Adds an error and returns true if `text`, which belongs to `name`, has a lookalike. */
static bool
refuse_lookalike(const struct conf_place *place, const char *name, const char *text,
    struct findings *findings)
{
	char *found = lookalike_find(text, LOOKALIKE_ANY);

	if (found != NULL)
		findings_error(findings, "%s:%d: %s: has %s", place->file, place->line,
		    name, found);
	free(found);
	return found != NULL;
}

/* Does what refuse_lookalike() does for the items of a list, unless they are quoted. */
static bool
refuse_in_items(const struct conf_place *place, const char *name, const char *value,
    struct findings *findings)
{
	char *found = lookalike_find_bare(
	    value, LOOKALIKE_BLANK | LOOKALIKE_QUOTE | LOOKALIKE_COMMA);

	if (found != NULL)
		findings_error(findings,
		    "%s:%d: %s: has %s, or put the item into double quotes if it is "
		    "intended",
		    place->file, place->line, name, found);
	free(found);
	return found != NULL;
}

/* Adds a warning if a text or path has a lookalike, because that may be intended. */
static void
warn_of_lookalike(const struct conf_place *place, const char *name, const char *value,
    struct findings *findings)
{
	char *found = lookalike_find(
	    value, LOOKALIKE_BLANK | LOOKALIKE_QUOTE | LOOKALIKE_APOSTROPHE);

	if (found != NULL)
		findings_warning(findings, "%s:%d: %s: has %s, unless it is intended",
		    place->file, place->line, name, found);
	free(found);
}

bool
lookalikecheck_name(
    const struct conf_place *place, const char *text, struct findings *findings)
{
	return refuse_lookalike(place, text, text, findings);
}

bool
lookalikecheck_value(const struct conf_place *place, const struct key *key,
    const char *value, struct findings *findings)
{
	switch (key->setting.type) {
	case SETTING_LIST:
	case SETTING_PATHS:
		return refuse_in_items(place, key->name, value, findings);
	case SETTING_TEXT:
	case SETTING_PATH:
		if (!key->prose)
			warn_of_lookalike(place, key->name, value, findings);
		return false;
	default:
		return refuse_lookalike(place, key->name, value, findings);
	}
}
